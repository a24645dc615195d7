-- update_jobs: changes what is given of waiting jobs, and rings if one of them is due now.
--   $1 queue  $2 id, or null and: $3 singleton key  $4 of several such jobs: newest, oldest or all
--   $5 whether data is given  $6 data (JSON text)  $7 priority  $8 start at, or $21 start after
--   $9 retry limit  $10 retry delay  $11 retry backoff  $12 longest retry delay  $13 expiry  $14 deletion  $15 retention
--   $16 dead letter  $17 heartbeat  $18 group  $19 tier in the group  $20 channel
-- Null leaves a column as it is. A job that is fetched meanwhile is left alone: its state is looked at again once its row is
-- held. How long a job is kept moves with its start, unless its retention is given; a new group without a tier keeps the tier
-- (pg-boss 12.38).
-- Locks: the rows, in order of id. Called by Store::update_jobs.
WITH target AS (
    SELECT j.id,
           coalesce($8::timestamptz, /* schema */job_now() + $21::interval, j.start_after) AS start_after
      FROM /* schema */job j
     WHERE j.name = $1
       AND j.state < 'active'
       AND (j.id = $2 OR $2::uuid IS NULL AND j.singleton_key = $3)
     ORDER BY CASE WHEN $4 = 'newest' THEN j.created_on END DESC,
              CASE WHEN $4 = 'oldest' THEN j.created_on END,
              j.id
     LIMIT CASE WHEN $4 <> 'all' THEN 1 END
       FOR UPDATE
), updated AS (
    UPDATE /* schema */job j
       SET data = CASE WHEN $5 THEN coalesce($6::jsonb, 'null') ELSE j.data END,
           priority = coalesce($7, j.priority),
           start_after = target.start_after,
           keep_until = CASE WHEN $15::int IS NOT NULL THEN target.start_after + make_interval(secs => $15)
                             WHEN $8 IS NOT NULL OR $21 IS NOT NULL THEN target.start_after + (j.keep_until - j.start_after)
                             ELSE j.keep_until END,
           retry_limit = coalesce($9, j.retry_limit),
           retry_delay = coalesce($10, j.retry_delay),
           retry_backoff = coalesce($11, j.retry_backoff),
           retry_delay_max = coalesce($12, j.retry_delay_max),
           expire_seconds = coalesce($13, j.expire_seconds),
           deletion_seconds = coalesce($14, j.deletion_seconds),
           dead_letter = coalesce($16, j.dead_letter),
           heartbeat_seconds = coalesce($17, j.heartbeat_seconds),
           group_id = coalesce($18, j.group_id),
           group_tier = coalesce($19, j.group_tier)
      FROM target
     WHERE j.name = $1
       AND j.id = target.id
    RETURNING j.id, j.start_after
), rung AS (
    SELECT pg_notify($20, q.name)
      FROM /* schema */queue q
     WHERE q.name = $1
       AND q.notify
       AND EXISTS (SELECT FROM updated u WHERE u.start_after <= /* schema */job_now())
)
SELECT u.id
  FROM updated u
 -- Named here, so that each parameter has a type also where its column is missing.
 WHERE (SELECT count(*) FROM rung) >= 0
   AND ($17::int, $18::text, $19::text) IS NOT DISTINCT FROM ($17::int, $18::text, $19::text)
 ORDER BY u.id

-- insert_jobs: stores jobs by the rules of pg-boss 12.38, and rings once for each queue that has something due.
--   Takes arrays of equal length, a job at each position; then the channel to ring on.
--   $1 id  $2 queue  $3 data (JSON text)  $4 priority  $5 start after (instant or interval, as text)
--   $6 retry limit  $7 retry delay  $8 retry backoff  $9 longest retry delay  $10 expiry  $11 deletion  $12 retention
--   $13 dead letter  $14 heartbeat  $15 singleton key  $16 throttle slot in seconds  $17 in the next slot
--   $18 channel  $19 group  $20 tier in the group
--   $21 whether they are kept one for each key by upserts: a second one of the key is left out
-- A job that an equal one keeps out is left out of the answer. An unknown queue shows at the end of the transaction: its
-- foreign key is deferred.
-- Locks: the new rows; queue rows for key share. Called by Store::insert.
WITH input AS (
    SELECT i.*,
           CASE WHEN i.next_slot
                THEN job_clock.now + make_interval(secs =>
                     greatest(1, i.slot - floor(extract(epoch FROM job_clock.now))::bigint % i.slot)
                     + CASE WHEN i.slot > 1 THEN 1 ELSE 0 END)
                WHEN i.start_text LIKE '%Z' OR i.start_text ~ '^\d{4}-\d{2}-\d{2}'
                THEN i.start_text::timestamptz
                ELSE job_clock.now + i.start_text::interval
            END AS start_after,
           job_clock.now,
           nullif($21::bool, false) AS upsert_by_key
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[],
                  $6::int[], $7::int[], $8::bool[], $9::int[], $10::int[], $11::int[], $12::int[],
                  $13::text[], $14::int[], $15::text[], $16::int[], $17::bool[], $19::text[], $20::text[])
                WITH ORDINALITY
           AS i(id, name, data, priority, start_text,
                retry_limit, retry_delay, retry_backoff, retry_delay_max, expire, deletion, retention,
                dead_letter, heartbeat, singleton_key, slot, next_slot, group_id, group_tier, place)
     CROSS JOIN (SELECT /* schema */job_now() AS now) job_clock
), stored AS (
    INSERT INTO /* schema */job (
           id, name, data, priority, start_after, created_on, keep_until,
           retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds,
           dead_letter, singleton_key, singleton_on, policy, heartbeat_seconds, group_id, group_tier, upsert_by_key)
    SELECT i.id, i.name, i.data::jsonb, coalesce(i.priority, 0), i.start_after, i.now,
           i.start_after + make_interval(secs => coalesce(i.retention, q.retention_seconds, 1209600)),
           coalesce(i.retry_limit, q.retry_limit, 2),
           coalesce(i.retry_delay, q.retry_delay, 0),
           coalesce(i.retry_backoff, q.retry_backoff, false),
           coalesce(i.retry_delay_max, q.retry_delay_max),
           coalesce(i.expire, q.expire_seconds, 900),
           coalesce(i.deletion, q.deletion_seconds, 604800),
           coalesce(i.dead_letter, q.dead_letter),
           i.singleton_key,
           -- UTC wall time without a zone, whatever the session's zone is.
           to_timestamp(i.slot * floor((extract(epoch FROM i.now) + CASE WHEN i.next_slot THEN i.slot ELSE 0 END) / i.slot))
               AT TIME ZONE 'UTC',
           q.policy,
           coalesce(i.heartbeat, q.heartbeat_seconds),
           i.group_id, i.group_tier, i.upsert_by_key
      FROM input i
      LEFT JOIN /* schema */queue q ON q.name = i.name
     -- Of equal ones the first is stored.
     ORDER BY i.place
        ON CONFLICT DO NOTHING
    RETURNING id, name, start_after
), rung AS (
    SELECT pg_notify($18, waiting.name)
      FROM (SELECT DISTINCT s.name
              FROM stored s
              JOIN /* schema */queue q ON q.name = s.name AND q.notify
             WHERE s.start_after <= /* schema */job_now()) waiting
)
SELECT name, id, (SELECT count(*) FROM rung) AS rung
  FROM stored

-- insert_jobs: stores jobs by the rules of pg-boss 12.38, and notifies once for each queue that has something due. Returns for
-- each job, in their order, whether its queue exists, whether it was stored, and else the id of the job that it conflicts with.
--   Arrays of equal length, a job at each position:
--   $1 id  $2 queue  $3 data (JSON text)  $4 priority  $5 start at, or $22 start after  $6 retry limit  $7 retry delay
--   $8 retry backoff  $9 longest retry delay  $10 expiry  $11 deletion  $12 retention  $13 dead letter  $14 heartbeat
--   $15 singleton key  $16 throttle slot in seconds  $17 in the next slot  $19 group  $20 tier in the group
--   and: $18 channel  $21 whether one job of each key is kept by upserts: a second one of the key is not stored
--   $23 whether to store nothing, and only look for what the jobs conflict with
-- If one of the queues does not exist, nothing is stored. The id of a conflicting job is missing if that job was committed
-- after the statement began, or is of this statement too.
-- Locks: the new rows, in order of queue and key or id, so that two statements never wait for each other in a cycle; queue rows
-- for key share. Called by Store::insert.
WITH input AS (
    SELECT i.*, job_clock.now, q.name IS NOT NULL AS is_known, q.policy, q.notify,
           q.retry_limit AS q_retry_limit, q.retry_delay AS q_retry_delay, q.retry_backoff AS q_retry_backoff,
           q.retry_delay_max AS q_retry_delay_max, q.expire_seconds AS q_expire, q.deletion_seconds AS q_deletion,
           q.retention_seconds AS q_retention, q.dead_letter AS q_dead_letter, q.heartbeat_seconds AS q_heartbeat,
           CASE WHEN i.next_slot
                THEN job_clock.now + make_interval(secs =>
                     greatest(1, i.slot - floor(extract(epoch FROM job_clock.now))::bigint % i.slot)
                     + CASE WHEN i.slot > 1 THEN 1 ELSE 0 END)
                ELSE coalesce(i.start_at, job_clock.now + i.start_in)
            END AS start_after,
           -- UTC wall time without a zone, whatever the session's zone is.
           to_timestamp(i.slot * floor((extract(epoch FROM job_clock.now) + CASE WHEN i.next_slot THEN i.slot ELSE 0 END) / i.slot))
               AT TIME ZONE 'UTC' AS slot_on
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::timestamptz[],
                  $6::int[], $7::int[], $8::bool[], $9::int[], $10::int[], $11::int[], $12::int[],
                  $13::text[], $14::int[], $15::text[], $16::int[], $17::bool[], $19::text[], $20::text[], $22::interval[])
                WITH ORDINALITY
           AS i(id, name, data, priority, start_at,
                retry_limit, retry_delay, retry_backoff, retry_delay_max, expire, deletion, retention,
                dead_letter, heartbeat, singleton_key, slot, next_slot, group_id, group_tier, start_in, place)
     CROSS JOIN (SELECT /* schema */job_now() AS now) job_clock
      LEFT JOIN /* schema */queue q ON q.name = i.name
), stored AS (
    INSERT INTO /* schema */job (
           id, name, data, priority, start_after, created_on, keep_until,
           retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds,
           dead_letter, singleton_key, singleton_on, policy, heartbeat_seconds, group_id, group_tier, upsert_by_key)
    SELECT i.id, i.name, i.data::jsonb, coalesce(i.priority, 0), i.start_after, i.now,
           i.start_after + make_interval(secs => coalesce(i.retention, i.q_retention, 1209600)),
           coalesce(i.retry_limit, i.q_retry_limit, 2),
           coalesce(i.retry_delay, i.q_retry_delay, 0),
           coalesce(i.retry_backoff, i.q_retry_backoff, false),
           coalesce(i.retry_delay_max, i.q_retry_delay_max),
           coalesce(i.expire, i.q_expire, 900),
           coalesce(i.deletion, i.q_deletion, 604800),
           coalesce(i.dead_letter, i.q_dead_letter),
           i.singleton_key, i.slot_on, i.policy,
           coalesce(i.heartbeat, i.q_heartbeat),
           i.group_id, i.group_tier, nullif($21::bool, false)
      FROM input i
     WHERE NOT $23
       AND NOT EXISTS (SELECT FROM input WHERE NOT is_known)
     ORDER BY i.name, coalesce(i.singleton_key, ''),
              -- Of jobs that conflict by their key the first is stored.
              CASE WHEN i.slot IS NULL AND i.policy NOT IN ('short', 'stately', 'exclusive') AND NOT $21 THEN i.id END,
              i.place
        ON CONFLICT DO NOTHING
    RETURNING id, name, start_after
), rung AS (
    SELECT pg_notify($18, waiting.name)
      FROM (SELECT DISTINCT i.name
              FROM stored s
              JOIN input i ON i.name = s.name AND i.id = s.id
             WHERE i.notify
               AND s.start_after <= i.now) waiting
)
SELECT i.is_known, s.id IS NOT NULL AS is_stored, standing.id AS standing, (SELECT count(*) FROM rung) AS rung
  FROM input i
  LEFT JOIN stored s ON s.name = i.name AND s.id = i.id
  -- By its id, its throttle slot, its queue's policy: each as one of the unique indexes has it, so that it is one look-up.
  LEFT JOIN LATERAL (
      SELECT j.id, j.created_on, true AS is_same
        FROM /* schema */job j
       WHERE s.id IS NULL AND j.name = i.name AND j.id = i.id
      UNION ALL
      SELECT j.id, j.created_on, false
        FROM /* schema */job j
       WHERE s.id IS NULL AND j.name = i.name AND coalesce(j.singleton_key, '') = coalesce(i.singleton_key, '')
         AND j.state <> 'cancelled' AND j.singleton_on = i.slot_on
      UNION ALL
      SELECT j.id, j.created_on, false
        FROM /* schema */job j
       WHERE s.id IS NULL AND j.name = i.name AND coalesce(j.singleton_key, '') = coalesce(i.singleton_key, '')
         AND i.policy = 'short' AND j.state = 'created' AND j.policy = 'short'
      UNION ALL
      SELECT j.id, j.created_on, false
        FROM /* schema */job j
       WHERE s.id IS NULL AND j.name = i.name AND coalesce(j.singleton_key, '') = coalesce(i.singleton_key, '')
         AND i.policy = 'stately' AND j.state = 'created' AND j.policy = 'stately'
      UNION ALL
      SELECT j.id, j.created_on, false
        FROM /* schema */job j
       WHERE s.id IS NULL AND j.name = i.name AND coalesce(j.singleton_key, '') = coalesce(i.singleton_key, '')
         AND i.policy = 'exclusive' AND j.state <= 'active' AND j.policy = 'exclusive'
       ORDER BY is_same DESC, created_on DESC
       LIMIT 1
  ) standing ON true
 ORDER BY i.place

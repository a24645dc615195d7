-- fail_jobs: these attempts failed: each job waits for its next one, or has failed for good and goes to its dead letter
-- queue. Delays and copies by the rules of pg-boss 12.38.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count (null: any attempt, and a job that
--   waits for one too)  $4 start of the attempt (null: any)  $5 output (JSON text)
--   $6 for good, whatever the retry limit  $7 seconds to the next attempt (null: by the job's own rule)
--   $8 how many earlier attempts were lost with their process: these do not count against the retry limit
--   $9 seconds to wait in addition  $10 seconds to wait at least (null: no such bound)
-- Returns the positions (from 1) of those that were still active, and in how many seconds the next attempt of each is due
-- (null: none). A retry that conflicts with another job of its queue's policy (stately) raises 23505: then the job has to fail
-- for good.
-- Locks: the rows, queue rows for key share. Called by Store::fail and the sweeps.
WITH failing AS (
    UPDATE /* schema */job j
       SET state = CASE WHEN ended.final OR j.retry_count - ended.crashes >= j.retry_limit THEN 'failed' ELSE 'retry' END
                   ::/* schema */job_state,
           completed_on = CASE WHEN ended.final OR j.retry_count - ended.crashes >= j.retry_limit THEN /* schema */job_now() END,
           start_after = CASE
               -- Equal: past its limit, which an update may have lowered, the start of a failed job moves too (pg-boss 12.38).
               WHEN ended.final OR j.retry_count - ended.crashes = j.retry_limit THEN j.start_after
               ELSE /* schema */job_now() + make_interval(secs => ended.extra + greatest(ended.least_delay, CASE
                   WHEN ended.delay IS NOT NULL THEN ended.delay
                   WHEN NOT j.retry_backoff THEN j.retry_delay
                   ELSE least(
                       j.retry_delay_max,
                       greatest(j.retry_delay, 1) * 2 ^ (least(15, j.retry_count) + 1) / 2 * (1 + random()))
                   END))
               END,
           output = nullif(ended.output::jsonb, 'null'),
           heartbeat_on = NULL,
           upsert_by_key = NULL
      FROM unnest((SELECT $1::text[]), (SELECT $2::uuid[]), (SELECT $3::int[]), (SELECT $4::timestamptz[]), (SELECT $5::text[]),
                  (SELECT $6::bool[]), (SELECT $7::float8[]), (SELECT $8::int[]), (SELECT $9::float8[]), (SELECT $10::float8[]))
           WITH ORDINALITY
           AS ended(name, id, retry_count, started_on, output, final, delay, crashes, extra, least_delay, place)
     WHERE j.name = ended.name
       AND j.id = ended.id
       AND CASE WHEN ended.retry_count IS NULL THEN j.state < 'completed'
                ELSE j.state::text = 'active' AND j.retry_count = ended.retry_count
                     AND j.started_on = coalesce(ended.started_on, j.started_on) END
    RETURNING j.*, ended.place
), copied AS (
    -- Without policy and dead letter, as pg-boss copies: a dead letter queue does not refuse and does not chain.
    INSERT INTO /* schema */job (
           name, data, priority, singleton_key, start_after, created_on, keep_until,
           retry_limit, retry_backoff, retry_delay, expire_seconds, deletion_seconds,
           heartbeat_seconds, group_id, group_tier,
           trace_context,
           source_name, source_id, source_created_on, source_retry_count,
           source_output,
           source_root_id)
    SELECT q.name, f.data, f.priority, f.singleton_key, /* schema */job_now(), /* schema */job_now(),
           /* schema */job_now() + make_interval(secs => q.retention_seconds),
           q.retry_limit, q.retry_backoff, q.retry_delay, q.expire_seconds, q.deletion_seconds,
           q.heartbeat_seconds, f.group_id, f.group_tier,
           f.trace_context,
           f.name, f.id, f.created_on, f.retry_count, f.output,
           coalesce(f.source_root_id, f.id)
      FROM failing f
      JOIN /* schema */queue q ON q.name = f.dead_letter
     WHERE f.state = 'failed'
        ON CONFLICT DO NOTHING
)
SELECT place, CASE WHEN state = 'retry' THEN extract(epoch FROM start_after - /* schema */job_now())::float8 END AS due_in
  FROM failing

-- redrive_jobs: brings dead letters back to where they came from, or elsewhere, as new jobs by the rules of their new queue.
--   $1 dead letter queue  $2 destination (null: the queue that each came from)  $3 only what came from this queue
--   $4 only what contains this data (JSON text)  $5 only what is older than this instant  $6 only these ids
--   $7 how many at most, the oldest first
-- One that its new queue's policy has no place for stays, as failed. What has no existing destination is skipped, and so
-- is a job whose strict key is held, by its own retry too; and of those of one strict key only the first fails, since it holds the
-- key then.
-- Locks: the taken rows; rows that another transaction has locked are skipped; queue rows for key share. Called by Store::redrive.
WITH candidates AS MATERIALIZED (
    SELECT j.*, gen_random_uuid() AS new_id, q.name AS destination, q.policy AS new_policy
      FROM /* schema */job j
      JOIN /* schema */queue q ON q.name = coalesce($2, j.source_name)
     WHERE j.name = $1
       AND j.state < 'active'
       AND ($3::text IS NULL OR j.source_name = $3)
       AND ($4::text IS NULL OR j.data @> $4::jsonb)
       AND ($5::timestamptz IS NULL OR j.created_on < $5)
       AND ($6::uuid[] IS NULL OR j.id = ANY ($6))
       AND (j.policy IS DISTINCT FROM 'key_strict_fifo' OR NOT EXISTS (
           SELECT FROM /* schema */job held
            WHERE held.name = $1
              AND held.policy = 'key_strict_fifo'
              AND held.singleton_key = j.singleton_key
              AND held.state IN ('active', 'retry', 'failed')))
     ORDER BY j.created_on, j.id
     LIMIT $7
       FOR UPDATE OF j SKIP LOCKED
), moved AS (
    INSERT INTO /* schema */job (
           id, name, policy, data, priority, singleton_key, start_after, created_on, keep_until, dead_letter,
           retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds,
           heartbeat_seconds, group_id, group_tier,
           trace_context, source_root_id)
    SELECT c.new_id, q.name, q.policy, c.data, c.priority, c.singleton_key, /* schema */job_now(), /* schema */job_now(),
           /* schema */job_now() + make_interval(secs => q.retention_seconds), q.dead_letter,
           q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds,
           q.heartbeat_seconds, c.group_id, c.group_tier,
           c.trace_context,
           -- Through JSON, which takes a column that is missing for null.
           coalesce(c.source_root_id, (to_jsonb(c) ->> 'source_id')::uuid)
      FROM candidates c
      JOIN /* schema */queue q ON q.name = c.destination
     ORDER BY c.created_on, c.id
        ON CONFLICT DO NOTHING
    RETURNING id
), gone AS (
    DELETE FROM /* schema */job j
     USING candidates c
     WHERE j.name = $1
       AND j.id = c.id
       AND c.new_id IN (SELECT id FROM moved)
), refused AS (
    UPDATE /* schema */job j
       SET state = 'failed',
           completed_on = /* schema */job_now(),
           source_output = coalesce(j.source_output, j.output),
           output = jsonb_build_object(
               'message', 'the queue `' || c.destination || '` has no place for this job by its policy ' || c.new_policy,
               'reason', 'redrive_conflict', 'destination', c.destination, 'policy', c.new_policy,
               'singletonKey', j.singleton_key)
      FROM candidates c
     WHERE j.name = $1
       AND j.id = c.id
       AND c.new_id NOT IN (SELECT id FROM moved)
       AND (c.policy IS DISTINCT FROM 'key_strict_fifo' OR NOT EXISTS (
           SELECT FROM candidates sooner
            WHERE sooner.policy = 'key_strict_fifo'
              AND sooner.singleton_key = c.singleton_key
              AND sooner.new_id NOT IN (SELECT id FROM moved)
              AND (sooner.created_on, sooner.id) < (c.created_on, c.id)))
    RETURNING j.id
)
SELECT (SELECT count(*) FROM moved) AS moved, (SELECT count(*) FROM refused) AS refused

-- import_jobs: copies the jobs and the archive of the old schema into their queues, which exist by now. Ids are kept.
--   $1 old names of queues  $2 their new names, at the same positions; jobs of other queues are left behind
--   $3 when the newest row was made that an earlier import has seen (null: there was none)
-- Answers for each queue and kind of jobs how many there are, were new, and were here before, and the newest time.
-- What is active was cut off: it waits as a retry, and has one attempt more, as the next fetch counts one. What waited
-- in vain until it was archived has been cancelled by that. Ended jobs are kept as long from now as the queue keeps them.
-- Locks: the new rows, whose ids no other transaction knows; queue rows for key share. Called by Importing::import_jobs.
WITH renamed AS (
    SELECT r.old_name, r.name FROM unnest($1::text[], $2::text[]) AS r(old_name, name)
), arriving AS (
    -- One job of an id: the archive has no key before pg-boss 10.
    SELECT DISTINCT ON (renamed.name, old.id)
           old.id, renamed.name, old.priority, old.data, old.retry_count, old.retry_delay, old.retry_backoff,
           old.start_after, old.started_on, old.singleton_key, old.singleton_on, old.created_on, old.keep_until, old.policy,
           dead_letter.name AS dead_letter,
           CASE WHEN old.archived_on IS NOT NULL THEN 'archived'
                WHEN old.state = 'created' THEN 'waiting'
                ELSE old.state END AS kind,
           CASE WHEN old.archived_on IS NOT NULL AND old.state IN ('created', 'retry', 'active') THEN 'cancelled'
                WHEN old.state = 'active' THEN 'retry'
                WHEN old.state = 'expired' THEN 'failed'
                ELSE old.state END AS state,
           CASE WHEN old.archived_on IS NULL AND old.state = 'active' THEN least(old.retry_limit, 2147483646) + 1
                ELSE old.retry_limit END AS retry_limit,
           least(greatest(extract(epoch FROM old.expire_in), 1), 86400)::int AS expire_seconds,
           CASE WHEN old.archived_on IS NOT NULL OR old.state NOT IN ('created', 'retry', 'active')
                THEN coalesce(old.completed_on, old.archived_on, old.started_on, old.created_on) END AS completed_on,
           CASE WHEN old.state = 'expired' THEN coalesce(old.output, '{"value": {"message": "job timed out"}}')
                ELSE old.output END AS output
      FROM /* old jobs */old
      JOIN renamed ON renamed.old_name = old.name
      LEFT JOIN renamed dead_letter ON dead_letter.old_name = old.dead_letter
     ORDER BY renamed.name, old.id, old.archived_on NULLS FIRST
), stored AS (
    INSERT INTO /* schema */job (
           id, name, priority, data, state, policy, dead_letter, retry_limit, retry_count, retry_delay, retry_backoff,
           expire_seconds, deletion_seconds, singleton_key, singleton_on, created_on, start_after, started_on,
           completed_on, keep_until, output)
    SELECT a.id, a.name, a.priority, a.data, a.state::/* schema */job_state, a.policy, a.dead_letter,
           a.retry_limit, a.retry_count, a.retry_delay, a.retry_backoff, a.expire_seconds,
           CASE WHEN a.completed_on IS NULL OR q.deletion_seconds = 0 THEN q.deletion_seconds
                ELSE least(2147483647, q.deletion_seconds
                     + greatest(0, extract(epoch FROM /* schema */job_now() - a.completed_on))::bigint)::int END,
           a.singleton_key, a.singleton_on, a.created_on, a.start_after, a.started_on,
           a.completed_on, a.keep_until, a.output
      FROM arriving a
      JOIN /* schema */queue q ON q.name = a.name
     WHERE ($3::timestamptz IS NULL OR a.created_on > $3)
        ON CONFLICT DO NOTHING
    RETURNING name, id
)
SELECT jsonb_build_object(
           'queue', a.name,
           'kind', a.kind,
           'found', count(*),
           'added', count(stored.id),
           'present', count(*) FILTER (WHERE a.created_on <= $3 OR here.id IS NOT NULL)),
       max(a.created_on)
  FROM arriving a
  LEFT JOIN stored ON stored.name = a.name AND stored.id = a.id
  LEFT JOIN /* schema */job here ON here.name = a.name AND here.id = a.id
 GROUP BY a.name, a.kind
 ORDER BY a.name, a.kind

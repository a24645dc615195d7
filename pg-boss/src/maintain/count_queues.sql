-- count_queues: counts the jobs of queues and writes the counts, by the rules of pg-boss 12.38.
--   $1 names  $2 whether the count goes into the queue's short history too
-- Ended jobs are counted once, when ten seconds old (later than any transaction that may still write an earlier end),
-- and kept as a sum up to retained_on.
-- Locks: the queue rows, which the caller holds already (lock_queues). Called by Store::count_queues.
WITH live AS (
    SELECT j.name,
           count(*) FILTER (WHERE j.state < 'active') AS queued,
           count(*) FILTER (WHERE j.state < 'active'
               AND NOT j.blocked AND j.start_after > /* schema */job_now()) AS deferred,
           count(*) FILTER (WHERE j.state < 'active'
               AND NOT j.blocked AND j.start_after <= /* schema */job_now()) AS ready,
           count(*) FILTER (WHERE j.state = 'active') AS active,
           count(*) FILTER (WHERE j.state = 'failed') AS failed,
           count(*) AS total
      FROM /* schema */job j
     WHERE j.name = ANY ($1)
       AND j.state IN ('created', 'retry', 'active', 'failed')
     GROUP BY j.name
), singletons AS (
    SELECT j.name, array_agg(j.singleton_key) AS keys
      FROM /* schema */job j
     WHERE j.name = ANY ($1)
       AND j.state = 'active'
       AND j.policy IN ('singleton', 'stately')
     GROUP BY j.name
), window_end AS (
    SELECT /* schema */job_now() - interval '10 seconds' AS at
), ended AS (
    SELECT q.name,
           count(*) FILTER (WHERE j.completed_on <= w.at) AS old,
           count(*) FILTER (WHERE j.completed_on > greatest(w.at, q.retained_on)) AS new
      FROM /* schema */queue q
     CROSS JOIN window_end w
      JOIN /* schema */job j
        ON j.name = q.name
       AND j.state IN ('completed', 'cancelled')
       AND j.completed_on > q.retained_on
     WHERE q.name = ANY ($1)
     GROUP BY q.name
)
UPDATE /* schema */queue q
   SET queued_count = coalesce(live.queued, 0),
       deferred_count = coalesce(live.deferred, 0),
       active_count = coalesce(live.active, 0),
       ready_count = coalesce(live.ready, 0),
       failed_count = coalesce(live.failed, 0),
       blocked_count = coalesce(live.queued - live.deferred - live.ready, 0),
       retained_count = q.retained_count + coalesce(ended.old, 0),
       retained_on = greatest(q.retained_on, w.at),
       ready_history = CASE WHEN $2::bool THEN (array_prepend(coalesce(live.ready, 0)::int, q.ready_history))[1:60]
                            ELSE q.ready_history END,
       total_count = CASE WHEN q.retained_count IS NULL
               THEN greatest(q.total_count, coalesce(live.total, 0))
               ELSE coalesce(live.total, 0) + q.retained_count + coalesce(ended.old, 0) + coalesce(ended.new, 0)
           END,
       singletons_active = singletons.keys,
       monitor_on = /* schema */job_now()
  FROM /* schema */queue named
 CROSS JOIN window_end w
  LEFT JOIN live ON live.name = named.name
  LEFT JOIN singletons ON singletons.name = named.name
  LEFT JOIN ended ON ended.name = named.name
 WHERE named.name = ANY ($1)
   AND q.name = named.name
   AND $2::bool IS NOT NULL
-- How long the statement kept Postgres from cleaning up behind it: real time, not that of the jobs.
RETURNING q.name, q.queued_count, q.warning_queued,
          extract(epoch FROM clock_timestamp() - statement_timestamp())::float8 AS held_seconds

-- find_counts: the last counts of a queue, how old they are, and whether a heavy count is to be rested from.   $1 queue
-- Locks: none. Called by Store::find_counts.
SELECT q.deferred_count, q.queued_count, q.active_count, q.total_count,
       q.ready_count,
       q.failed_count,
       q.monitor_on AS counted_on,
       extract(epoch FROM /* schema */job_now() - q.monitor_on)::float8 AS age_seconds,
       EXISTS (SELECT FROM /* schema */version v WHERE v.monitor_backoff_on > /* schema */job_now()) AS resting
  FROM /* schema */queue q
 WHERE q.name = $1

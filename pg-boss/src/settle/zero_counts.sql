-- zero_counts: a queue with a table of its own ($1), or with null each queue, has no job any more, and the counts say so as of
-- now; those of ended jobs as of a moment ago, since a transaction that began before may still end some (pg-boss 12.38).
-- Locks: the queue rows, in order of name. Called by Store::zero_counts.
WITH held AS (
    SELECT q.name FROM /* schema */queue q
     WHERE $1::text IS NULL OR q.name = $1 AND q.partition
     ORDER BY q.name
       FOR NO KEY UPDATE
)
UPDATE /* schema */queue q
   SET deferred_count = 0, queued_count = 0, active_count = 0, total_count = 0, singletons_active = NULL,
       monitor_on = /* schema */job_now(),
       ready_count = 0, failed_count = 0,
       blocked_count = 0, retained_count = 0,
       retained_on = /* schema */job_now() - interval '10 seconds'
  FROM held
 WHERE q.name = held.name

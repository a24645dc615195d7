-- prune_crashes: removes what is recorded of jobs that no longer exist, of one queue or of queues that no longer exist.
--   $1 queue
-- Locks: the rows. Called by Store::prune_own.
DELETE FROM /* own */job_crash c
 WHERE (c.name = $1 OR NOT EXISTS (SELECT FROM /* schema */queue q WHERE q.name = c.name))
   AND NOT EXISTS (SELECT FROM /* schema */job j WHERE j.name = c.name AND j.id = c.id)

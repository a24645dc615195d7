-- hold_jobs: locks jobs of a queue, so that a change of many jobs waits for all of them in one order.   $1 queue  $2 ids
-- Locks: the rows, in order of id. Called by Store::hold.
SELECT
  FROM /* schema */job j
 WHERE j.name = $1
   AND j.id = ANY ($2::uuid[])
 ORDER BY j.id
   FOR NO KEY UPDATE

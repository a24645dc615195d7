-- release_monitoring: gives queues back that were taken and not watched, unless somebody took them since.
--   $1 names  $2 when they were taken
-- Locks: the queue rows, in order of name. Called by Store::release_monitoring.
WITH held AS (
    SELECT q.name
      FROM /* schema */queue q
     WHERE q.name = ANY ($1)
       AND q.monitor_claim_on = $2
     ORDER BY q.name
       FOR NO KEY UPDATE
)
UPDATE /* schema */queue q
   SET monitor_claim_on = NULL
  FROM held
 WHERE q.name = held.name

-- release_maintenance: gives queues back that were taken and not tidied, unless somebody took them since.
--   $1 names  $2 when they were taken
-- Locks: the queue rows, in order of name. Called by Store::release_maintenance.
WITH held AS (
    SELECT q.name
      FROM /* schema */queue q
     WHERE q.name = ANY ($1) AND q.maintain_on = $2
     ORDER BY q.name
       FOR NO KEY UPDATE
)
UPDATE /* schema */queue q
   SET maintain_on = NULL
  FROM held
 WHERE q.name = held.name

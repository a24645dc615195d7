-- claim_maintenance: takes the queues that nobody has tidied for so long. Whoever takes one tidies it.   $1 seconds
-- Locks: the queue rows, in order of name; rows that somebody else holds are passed over.
-- Called by Store::claim_maintenance.
WITH due AS (
    SELECT q.name
      FROM /* schema */queue q
     WHERE coalesce(/* schema */job_now() - q.maintain_on >= make_interval(secs => $1), true)
     ORDER BY q.name
       FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE /* schema */queue q
   SET maintain_on = /* schema */job_now()
  FROM due
 WHERE q.name = due.name
RETURNING q.name, q.table_name, q.maintain_on

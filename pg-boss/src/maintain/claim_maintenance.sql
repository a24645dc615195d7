-- claim_maintenance: takes one queue that no process has cleaned up for so long. The process that takes it cleans it up.
--   $1 seconds  $2 names after this one  $3 this queue alone, or null
-- Locks: the queue row; rows that another process holds are passed over.
-- Called by Store::claim_maintenance.
WITH due AS (
    SELECT q.name
      FROM /* schema */queue q
     WHERE q.name > $2
       AND ($3::text IS NULL OR q.name = $3)
       AND coalesce(/* schema */job_now() - q.maintain_on >= make_interval(secs => $1), true)
     ORDER BY q.name
     LIMIT 1
       FOR NO KEY UPDATE SKIP LOCKED
), taken AS (
    UPDATE /* schema */queue q
       SET maintain_on = /* schema */job_now()
      FROM due
     WHERE q.name = due.name
    RETURNING q.name, q.table_name
)
SELECT taken.name, taken.table_name FROM taken

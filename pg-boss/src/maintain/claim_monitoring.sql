-- claim_monitoring: takes queues that no process has monitored for so long. The process that takes one counts it and sweeps it.
--   $1 seconds  $2 names after this one  $3 this queue alone, or null  $4 how many at most
-- Locks: the queue rows, in order of name; rows that another transaction has locked are skipped. Not FOR UPDATE, which would
-- hold up every insert of a job. Called by Store::claim_monitoring.
WITH due AS (
    SELECT q.name
      FROM /* schema */queue q
     WHERE q.name > $2
       AND ($3::text IS NULL OR q.name = $3)
       AND coalesce(
           /* schema */job_now() - coalesce(q.monitor_claim_on, q.monitor_on)
               >= make_interval(secs => $1),
           true)
     ORDER BY q.name
     LIMIT $4
       FOR NO KEY UPDATE SKIP LOCKED
), taken AS (
    UPDATE /* schema */queue q
       SET monitor_claim_on = /* schema */job_now()
      FROM due
     WHERE q.name = due.name
    RETURNING q.name
)
SELECT taken.name FROM taken ORDER BY taken.name

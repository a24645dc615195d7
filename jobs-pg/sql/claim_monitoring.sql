-- claim_monitoring: takes the queues that nobody has watched for so long. Whoever takes one counts it and sweeps it.
--   $1 seconds
-- Locks: the queue rows, in order of name; rows that somebody else holds are passed over. Not FOR UPDATE, which would
-- hold up every insert of a job. Called by Store::claim_monitoring.
WITH due AS (
    SELECT q.name
      FROM /* schema */queue q
     WHERE coalesce(
           /* schema */job_now() - coalesce(/* if queue.monitor_claim_on */q.monitor_claim_on, /* end */q.monitor_on)
               >= make_interval(secs => $1),
           true)
     ORDER BY q.name
       FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE /* schema */queue q
   SET /* if queue.monitor_claim_on */monitor_claim_on/* else monitor_on */ = /* schema */job_now()
  FROM due
 WHERE q.name = due.name
RETURNING q.name

-- resume_job: a cancelled job waits again.   $1 queue  $2 id
-- Raises 23505 if the policy of the queue has no place for it.
-- Locks: the row. Called by Store::resume.
UPDATE /* schema */job
   SET state = 'created',
       completed_on = NULL/* if job.upsert_by_key */,
       upsert_by_key = NULL/* end */,
       start_after = greatest(start_after, /* schema */job_now())
 WHERE name = $1
   AND id = $2
   AND state = 'cancelled'

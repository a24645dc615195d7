-- cancel_job: a job that has not ended is cancelled; whoever runs it cannot settle it any more.   $1 queue  $2 id
-- Locks: the row. Called by Store::cancel.
UPDATE /* schema */job
   SET state = 'cancelled',
       completed_on = /* schema */job_now()
 WHERE name = $1
   AND id = $2
   AND state < 'completed'

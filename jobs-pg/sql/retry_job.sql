-- retry_job: a failed job gets one more attempt.   $1 queue  $2 id
-- Raises 23505 if the policy of the queue has no place for it.
-- Locks: the row. Called by Store::retry.
UPDATE /* schema */job
   SET state = 'retry',
       retry_limit = retry_limit + 1,
       completed_on = NULL,
       start_after = greatest(start_after, /* schema */job_now())
 WHERE name = $1
   AND id = $2
   AND state = 'failed'

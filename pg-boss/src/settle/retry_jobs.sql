-- retry_jobs: failed jobs get one more attempt each.   $1 queue  $2 ids, sorted
-- Raises 23505 if the policy of the queue has no place for one of them, and then changes none.
-- Locks: the rows. Called by Store::retry.
UPDATE /* schema */job j
   SET state = 'retry',
       retry_limit = j.retry_limit + 1,
       completed_on = NULL,
       start_after = greatest(j.start_after, /* schema */job_now())
  FROM unnest($2::uuid[]) AS named(id)
 WHERE j.name = $1
   AND j.id = named.id
   AND j.state = 'failed'
RETURNING j.id

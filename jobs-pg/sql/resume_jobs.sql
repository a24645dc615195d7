-- resume_jobs: cancelled jobs wait again.   $1 queue  $2 ids, sorted
-- Raises 23505 if the policy of the queue has no place for one of them, and then changes none.
-- Locks: the rows. Called by Store::resume.
UPDATE /* schema */job j
   SET state = 'created',
       completed_on = NULL,
       upsert_by_key = NULL,
       start_after = greatest(j.start_after, /* schema */job_now())
  FROM unnest($2::uuid[]) AS named(id)
 WHERE j.name = $1
   AND j.id = named.id
   AND j.state = 'cancelled'
RETURNING j.id

-- resume_jobs: cancelled jobs wait again. Returns each with whether the queue's retained_count held it.   $1 queue  $2 ids, sorted
-- Raises 23505 if the policy of the queue has no place for one of them, and then changes none.
-- Locks: the rows. Called by Store::resume.
UPDATE /* schema */job j
   SET state = 'created',
       completed_on = NULL,
       upsert_by_key = NULL,
       start_after = greatest(j.start_after, /* schema */job_now())
  FROM /* schema */job cancelled
 WHERE j.name = $1
   AND j.id = ANY ($2::uuid[])
   AND j.state = 'cancelled'
   -- As it was before.
   AND cancelled.name = $1
   AND cancelled.id = j.id
RETURNING j.id,
          (cancelled.completed_on <= (SELECT q.retained_on FROM /* schema */queue q WHERE q.name = $1)) IS TRUE AS is_retained

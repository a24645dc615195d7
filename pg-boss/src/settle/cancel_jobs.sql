-- cancel_jobs: jobs that have not ended are cancelled; their workers cannot settle them any more.
--   $1 queue; arrays of equal length, sorted by id: $2 id  $3 retry count (null: any attempt, or none)
--   $4 start of that attempt (null: any)
-- Locks: the rows. Called by Store::cancel.
UPDATE /* schema */job j
   SET state = 'cancelled',
       completed_on = /* schema */job_now()
  FROM unnest($2::uuid[], $3::int[], $4::timestamptz[]) AS named(id, retry_count, started_on)
 WHERE j.name = $1
   AND j.id = named.id
   AND CASE WHEN named.retry_count IS NULL THEN j.state < 'completed'
            ELSE j.state = 'active' AND j.retry_count = named.retry_count
                 AND j.started_on = coalesce(named.started_on, j.started_on) END
RETURNING j.id

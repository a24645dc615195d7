-- complete_queued_jobs: jobs are done, whether they run or still wait, for a time or for other jobs.
--   $1 queue; arrays of equal length, sorted by id: $2 id  $3 retry count of a running attempt (null: any, or none)
--   $4 output (JSON text)  $5 start of that attempt (null: any)
-- Locks: the rows. Called by Store::complete_queued.
UPDATE /* schema */job j
   SET state = 'completed',
       completed_on = /* schema */job_now(),
       output = $4::jsonb,
       blocked = false,
       pending_dependencies = 0
  FROM unnest($2::uuid[], $3::int[], $5::timestamptz[]) AS named(id, retry_count, started_on)
 WHERE j.name = $1
   AND j.id = named.id
   AND CASE WHEN named.retry_count IS NULL THEN j.state < 'completed'
            ELSE j.state = 'active' AND j.retry_count = named.retry_count
                 AND j.started_on = coalesce(named.started_on, j.started_on) END
RETURNING j.id

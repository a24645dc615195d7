-- delete_jobs: removes jobs.
--   $1 queue; arrays of equal length, sorted by id: $2 id  $3 retry count of a running attempt (null: whatever the state)
-- Locks: the rows. Called by Store::delete.
DELETE FROM /* schema */job j
 USING unnest($2::uuid[], $3::int[]) AS named(id, retry_count)
 WHERE j.name = $1
   AND j.id = named.id
   AND (named.retry_count IS NULL OR j.state = 'active' AND j.retry_count = named.retry_count)
RETURNING j.id

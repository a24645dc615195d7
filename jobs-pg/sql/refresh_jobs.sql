-- refresh_jobs: a sign of life for running attempts; answers which are still ours. The others were cancelled, expired or
-- taken by somebody else.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count (null: whichever attempt)
-- Locks: the rows. Called by Store::refresh.
UPDATE /* schema */job j
   SET heartbeat_on = /* schema */job_now()
  FROM unnest($1::text[], $2::uuid[], $3::int[]) AS running(name, id, retry_count)

 WHERE j.name = running.name
   AND j.id = running.id
   AND j.retry_count = coalesce(running.retry_count, j.retry_count)
   AND j.state = 'active'
RETURNING j.id

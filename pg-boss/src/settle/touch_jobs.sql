-- touch_jobs: a heartbeat for running attempts; returns the ids of those that are still active.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count and $4 start of the attempt (null: any
--   attempt)
-- Locks: the rows. Called by Store::touch.
UPDATE /* schema */job j
   SET heartbeat_on = /* schema */job_now()
  FROM unnest((SELECT $1::text[]), (SELECT $2::uuid[]), (SELECT $3::int[]), (SELECT $4::timestamptz[])) AS running(name, id, retry_count, started_on)
 WHERE j.name = running.name
   AND j.id = running.id
   AND j.retry_count = coalesce(running.retry_count, j.retry_count)
   AND j.started_on = coalesce(running.started_on, j.started_on)
   AND j.state::text = 'active'
RETURNING j.id

-- take_back_jobs: the attempts in these queues that a worker fetched and never received, since the connection was lost before
-- the answer came: those whose first heartbeat is still ahead of their start by the worker's mark.
--   $1 queues  $2 the mark of the worker, in microseconds
-- Returns what fetch_jobs returns; attempts that the worker knows and has not renewed yet are among them.
-- Locks: the rows. Called by Store::take_back.
UPDATE /* schema */job j
   SET heartbeat_on = /* schema */job_now()
 WHERE j.name = ANY ($1::text[])
   AND j.state = 'active'
   AND j.heartbeat_on = j.started_on + $2::int * interval '1 microsecond'
RETURNING j.name, j.id, j.data::text AS data, j.priority, j.retry_count, j.retry_limit, j.expire_seconds,
          j.heartbeat_seconds, j.created_on, j.start_after, j.started_on, j.singleton_key

-- release_jobs: these attempts did not count: the jobs wait as if they had not been fetched, some of them for longer.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count  $4 seconds to wait (null: none)
--   $5 the state to wait in: created, or retry where a job of the same key stands in created already
-- An attempt that is no longer ours is left out of the answer.
-- Locks: the rows. Called by Store::release.
UPDATE /* schema */job j
   SET state = $5::text::/* schema */job_state,
       -- Null: the next fetch does not count another attempt.
       started_on = NULL,
       heartbeat_on = NULL,
       upsert_by_key = NULL,
       start_after = coalesce(/* schema */job_now() + make_interval(secs => back.delay), j.start_after),
       -- What is put off must not be deleted while it waits.
       keep_until = coalesce(/* schema */job_now() + make_interval(secs => back.delay) + (j.keep_until - j.start_after),
                             j.keep_until)
  FROM unnest($1::text[], $2::uuid[], $3::int[], $4::float8[]) AS back(name, id, retry_count, delay)
 WHERE j.name = back.name
   AND j.id = back.id
   AND j.retry_count = back.retry_count
   AND j.state = 'active'
RETURNING j.id

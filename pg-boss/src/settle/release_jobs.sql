-- release_jobs: these attempts do not count: the jobs wait as if they had not been fetched, some of them for longer.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count  $4 start of the attempt
--   $5 seconds to wait (null: none)
--   $6 the state to wait in: created, or retry where a job of the same key is in created already
-- Returns the positions (from 1) of those that were still active.
-- Locks: the rows. Called by Store::release.
UPDATE /* schema */job j
   SET state = $6::text::/* schema */job_state,
       -- Null: the next fetch does not count another attempt.
       started_on = NULL,
       heartbeat_on = NULL,
       upsert_by_key = NULL,
       start_after = coalesce(/* schema */job_now() + make_interval(secs => back.delay), j.start_after),
       -- A snoozed job must not be deleted while it waits.
       keep_until = CASE WHEN back.delay IS NOT NULL AND isfinite(j.keep_until) AND isfinite(j.start_after)
                         THEN /* schema */job_now() + make_interval(secs => back.delay) + (j.keep_until - j.start_after)
                         ELSE j.keep_until END
  FROM unnest((SELECT $1::text[]), (SELECT $2::uuid[]), (SELECT $3::int[]), (SELECT $4::timestamptz[]), (SELECT $5::float8[]))
       WITH ORDINALITY
       AS back(name, id, retry_count, started_on, delay, place)
 WHERE j.name = back.name
   AND j.id = back.id
   AND j.retry_count = back.retry_count
   AND j.started_on = back.started_on
   AND j.state::text = 'active'
RETURNING back.place

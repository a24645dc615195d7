-- complete_jobs: these attempts are done; keeps their outputs.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count and $4 start of the attempt (null: any
--   attempt)  $5 output (JSON text)
-- Returns the positions (from 1) of those that were still active. Ids are unique only within a queue, and a job that was
-- released keeps its retry count: all four columns name the attempt.
-- The planner sees neither how many there are nor the state: it would go through every active job of the queue, where each
-- is found by its key.
-- Locks: the rows. Called by Store::complete.
UPDATE /* schema */job j
   SET state = 'completed',
       completed_on = /* schema */job_now(),
       output = done.output::jsonb
  FROM unnest((SELECT $1::text[]), (SELECT $2::uuid[]), (SELECT $3::int[]), (SELECT $4::timestamptz[]), (SELECT $5::text[]))
       WITH ORDINALITY
       AS done(name, id, retry_count, started_on, output, place)
 WHERE j.name = done.name
   AND j.id = done.id
   AND j.retry_count = coalesce(done.retry_count, j.retry_count)
   AND j.started_on = coalesce(done.started_on, j.started_on)
   AND j.state::text = 'active'
RETURNING done.place

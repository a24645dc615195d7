-- cancel_attempts: these jobs cancelled themselves while they ran.
--   Parameters and answer as of complete_jobs.
-- Locks: the rows. Called by Store::cancel_attempts.
UPDATE /* schema */job j
   SET state = 'cancelled',
       completed_on = /* schema */job_now(),
       output = ended.output::jsonb
  FROM unnest((SELECT $1::text[]), (SELECT $2::uuid[]), (SELECT $3::int[]), (SELECT $4::timestamptz[]), (SELECT $5::text[]))
       WITH ORDINALITY
       AS ended(name, id, retry_count, started_on, output, place)
 WHERE j.name = ended.name
   AND j.id = ended.id
   AND j.retry_count = coalesce(ended.retry_count, j.retry_count)
   AND j.started_on = coalesce(ended.started_on, j.started_on)
   AND j.state::text = 'active'
RETURNING ended.place

-- cancel_attempts: these jobs cancelled themselves while they ran.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count  $4 output (JSON text)
-- An attempt that is no longer ours is left out of the answer.
-- Locks: the rows. Called by Store::cancel_attempts.
UPDATE /* schema */job j
   SET state = 'cancelled',
       completed_on = /* schema */job_now(),
       output = ended.output::jsonb
  FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[]) AS ended(name, id, retry_count, output)
 WHERE j.name = ended.name
   AND j.id = ended.id
   AND j.retry_count = ended.retry_count
   AND j.state = 'active'
RETURNING j.id

-- complete_jobs: these attempts are done; keeps their outputs.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count (null: whichever attempt)  $4 output (JSON text)
-- An attempt that is no longer ours is left out of the answer.
-- Locks: the rows. Called by Store::complete.
UPDATE /* schema */job j
   SET state = 'completed',
       completed_on = /* schema */job_now(),
       output = done.output::jsonb
  -- A join, not `id = ANY`: with a bare state predicate the planner may read every active entry of the queue.
  FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[]) AS done(name, id, retry_count, output)
 WHERE j.name = done.name
   AND j.id = done.id
   AND j.retry_count = coalesce(done.retry_count, j.retry_count)
   AND j.state = 'active'
RETURNING j.id

-- find_crashes: how many processes died while they ran earlier attempts of these jobs. Jobs without a crash are left out.
--   Arrays of equal length: $1 queue  $2 id  $3 retry count of the attempt that runs now
-- Locks: none. Called by Store::crashes.
SELECT c.name, c.id, c.crashes
  FROM unnest($1::text[], $2::uuid[], $3::int[]) AS running(name, id, retry_count)
  JOIN /* own */job_crash c ON c.name = running.name AND c.id = running.id AND c.retry_count < running.retry_count

-- record_crashes: these attempts were lost with the process that ran them.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count
-- Returns how many processes have died so far while they ran each of the jobs.
-- Locks: the rows. Called by Store::record_crashes.
INSERT INTO /* own */job_crash AS c (name, id, retry_count, crashes, crashed_on)
SELECT lost.name, lost.id, lost.retry_count, 1, /* schema */job_now()
  FROM unnest($1::text[], $2::uuid[], $3::int[]) AS lost(name, id, retry_count)
    ON CONFLICT (name, id) DO UPDATE
   -- An attempt that does not come later is one of another job that was given the same id.
   SET crashes = CASE WHEN c.retry_count < excluded.retry_count THEN c.crashes + 1 ELSE 1 END,
       retry_count = excluded.retry_count,
       crashed_on = excluded.crashed_on
RETURNING c.name, c.id, c.crashes

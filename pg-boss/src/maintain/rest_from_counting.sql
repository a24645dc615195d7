-- rest_from_counting: after a pass whose counts took more than a tenth of the time between two rounds of autovacuum, lets
-- counting until autovacuum had two rounds, or as long as the counts took, up to 10 minutes. A rest is never shortened.
--   $1 seconds that the counts took
-- Locks: the version row. Called by Store::rest_from_counting.
WITH rounds AS (
    SELECT extract(epoch FROM current_setting('autovacuum_naptime')::interval)::float8 AS apart
)
UPDATE /* schema */version v
   SET monitor_backoff_on = greatest(
           v.monitor_backoff_on,
           /* schema */job_now() + make_interval(secs => least(greatest(2 * r.apart, least($1, 600)), 3600)))
  FROM rounds r
 WHERE $1 > r.apart / 10
RETURNING r.apart AS round_seconds,
          extract(epoch FROM v.monitor_backoff_on - /* schema */job_now())::float8 AS rest_seconds,
          v.monitor_backoff_on AS rests_until

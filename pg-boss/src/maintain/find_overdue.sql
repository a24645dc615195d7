-- find_overdue: which tables hold attempts that took longer than they may, or whose heartbeat was lost.
--   $1 names of queues, or null for all  $2 for how many seconds the caller has watched, as in take_silent
-- Locks: none. Called by Store::overdue.
SELECT q.table_name,
       bool_or(late.expired) AS expired,
       bool_or(late.silent) AS silent
  FROM /* schema */queue q
  JOIN /* schema */job j ON j.name = q.name AND j.state = 'active'
 CROSS JOIN LATERAL (
       SELECT coalesce(j.started_on + make_interval(secs => j.expire_seconds) < /* schema */job_now(), false) AS expired,
              coalesce(j.heartbeat_on + make_interval(secs => j.heartbeat_seconds) < /* schema */job_now(), false)
              AND ($2::float8 IS NULL
                   OR j.heartbeat_seconds < least($2, extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())))
              AS silent) late
 WHERE ($1::text[] IS NULL OR q.name = ANY ($1))
   AND (late.expired OR late.silent)
 GROUP BY q.table_name
 ORDER BY q.table_name

-- take_silent: attempts in one table whose heartbeat was lost, held until the transaction ends.
--   $1 table  $2 how many at most  $3 for how many seconds the caller has watched without a gap, or null: take them anyway
-- A heartbeat counts as lost only if both the caller and the server were up for the whole time in which it did not come:
-- after an outage the workers get that time to send theirs.
-- Locks: the rows, in order of queue and id; rows that another transaction has locked are skipped. Called by Store::take_silent.
SELECT j.name, j.id, j.retry_count, j.started_on, j.retry_limit
  FROM /* schema */job j
 WHERE j.name IN (SELECT q.name FROM /* schema */queue q WHERE q.table_name = $1)
   AND j.state = 'active'
   AND j.heartbeat_on + make_interval(secs => j.heartbeat_seconds) < /* schema */job_now()
   AND ($3::float8 IS NULL
        OR j.heartbeat_seconds < least($3, extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())))
 ORDER BY j.name, j.id
 LIMIT $2
   FOR UPDATE SKIP LOCKED

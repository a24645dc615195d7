-- take_expired: attempts in one table that took longer than they may, held until the transaction ends.
--   $1 table  $2 how many at most
-- Locks: the rows, in order of queue and id; rows that another transaction has locked are skipped. Called by Store::take_expired.
SELECT j.name, j.id, j.retry_count, j.started_on, j.retry_limit
  FROM /* schema */job j
 WHERE j.name IN (SELECT q.name FROM /* schema */queue q WHERE q.table_name = $1)
   AND j.state = 'active'
   AND j.started_on + make_interval(secs => j.expire_seconds) < /* schema */job_now()
 ORDER BY j.name, j.id
 LIMIT $2
   FOR UPDATE SKIP LOCKED

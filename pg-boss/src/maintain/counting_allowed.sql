-- counting_allowed: takes the lock for counting. `resting` if a heavy count is to be rested from, else `free` unless
-- another counts.   $1 key of the lock
-- Locks: the advisory lock `queue-stats`, until the transaction ends; does not wait. Called by Store::may_count.
SELECT rest.resting, CASE WHEN rest.resting THEN false ELSE pg_try_advisory_xact_lock($1) END AS free
  FROM (SELECT EXISTS (SELECT FROM /* schema */version v WHERE v.monitor_backoff_on > /* schema */job_now()) AS resting) rest

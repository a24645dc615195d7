-- counting_allowed: takes the lock of whoever counts; false if another counts, or a heavy count is to be rested from.
--   $1 key of the lock
-- Locks: the advisory lock `queue-stats`, until the transaction ends; does not wait. Called by Store::count_queues.
SELECT /* if version.monitor_backoff_on */
       coalesce((SELECT max(v.monitor_backoff_on) FROM /* schema */version v) <= /* schema */job_now(), true) AND
       /* end */pg_try_advisory_xact_lock($1)

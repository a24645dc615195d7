-- forget_later_passes: passes that were taken later than now are free: the test clock was put back.
-- Locks: the version row. Called by Store::move_clock, in its transaction.
UPDATE /* schema */version v
   SET cron_on = CASE WHEN v.cron_on <= /* schema */job_now() THEN v.cron_on END,
       flow_on = CASE WHEN v.flow_on <= /* schema */job_now() THEN v.flow_on END,
       monitor_backoff_on = NULL

-- claim_cron: takes the pass over the schedules, if no process has taken it lately.   $1 seconds
-- Answers the time of this pass, that of the one before, and how long to wait if it was not to be had.
-- Locks: the version row. Called by Store::claim_cron.
WITH before AS (
    SELECT v.cron_on FROM /* schema */version v
), taken AS (
    UPDATE /* schema */version v
       SET cron_on = /* schema */job_now()
     WHERE coalesce(/* schema */job_now() - v.cron_on >= make_interval(secs => $1), true)
    RETURNING v.version
)
SELECT EXISTS (SELECT FROM taken) AS taken,
       /* schema */job_now() AS now,
       before.cron_on AS previous,
       coalesce(extract(epoch FROM before.cron_on - /* schema */job_now()) + $1, 0)::float8 AS due_in
  FROM before

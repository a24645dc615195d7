-- find_untidy: the queues that hold jobs which were kept long enough, by the rule of delete_outlived.
-- Locks: none. Called by Store::untidy, for who tidies by hand: this reads every job.
SELECT q.name, q.table_name, /* schema */job_now() AS maintain_on
  FROM /* schema */queue q
 WHERE EXISTS (
       SELECT FROM /* schema */job j
        WHERE j.name = q.name
          AND (j.deletion_seconds > 0
                   AND j.completed_on + make_interval(secs => j.deletion_seconds) < /* schema */job_now()
               OR j.state < 'active' AND j.keep_until < /* schema */job_now()))
 ORDER BY q.name

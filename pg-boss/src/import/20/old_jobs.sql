-- old_jobs: the jobs and the archive of version 20, with the column names of version 24. `archived_on` is null for a job.
-- Locks: none. Used by import_jobs, in place of `old`.
SELECT o.id, o.name, o.priority, o.data, o.state::text,
       o.retrylimit AS retry_limit, o.retrycount AS retry_count, o.retrydelay AS retry_delay,
       o.retrybackoff AS retry_backoff, o.startafter AS start_after,
       -- A job that was resumed keeps the time of its earlier start, which pg-boss 12 would count as an attempt.
       -- One that was failed before it started had no such time, but its next start counts.
       CASE WHEN o.state IN ('retry', 'active') THEN coalesce(o.startedon, o.createdon)
            WHEN o.state <> 'created' THEN o.startedon END AS started_on,
       CASE WHEN starts_with(o.singletonkey, '__pgboss__singleton_queue')
            THEN nullif(substr(o.singletonkey, 1 + length('__pgboss__singleton_queue')), '')
            ELSE o.singletonkey END AS singleton_key,
       -- Whatever had ended otherwise than well had given its slot free.
       CASE WHEN o.archived_on IS NULL AND o.state < 'expired' THEN o.singletonon END AS singleton_on,
       o.expirein AS expire_in, o.createdon AS created_on, o.completedon AS completed_on, o.keepuntil AS keep_until,
       o.output, NULL AS dead_letter,
       -- A key alone kept others out, in any queue: what its row needs is a policy of its own.
       CASE WHEN o.singletonkey IS NULL OR o.singletonon IS NOT NULL THEN 'standard'
            WHEN starts_with(o.singletonkey, '__pgboss__singleton_queue') THEN 'short'
            ELSE 'exclusive' END AS policy,
       o.archived_on
  FROM (SELECT id, name, priority, data, state, retrylimit, retrycount, retrydelay, retrybackoff, startafter,
               startedon, singletonkey, singletonon, expirein, createdon, completedon, keepuntil, output,
               NULL::timestamptz AS archived_on
          FROM /* old */job
         UNION ALL
        SELECT id, name, priority, data, state, retrylimit, retrycount, retrydelay, retrybackoff, startafter,
               startedon, singletonkey, singletonon, expirein, createdon, completedon, keepuntil, output, archivedon
          FROM /* old */archive) o

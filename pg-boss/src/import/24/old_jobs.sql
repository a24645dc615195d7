-- old_jobs: the jobs and the archive of version 24. `archived_on` is null for a job.
-- Locks: none. Used by import_jobs, in place of `old`.
SELECT o.id, o.name, o.priority, o.data, o.state::text,
       o.retry_limit, o.retry_count, o.retry_delay, o.retry_backoff, o.start_after, o.started_on, o.singleton_key,
       CASE WHEN o.archived_on IS NULL THEN o.singleton_on END AS singleton_on,
       o.expire_in, o.created_on, o.completed_on, o.keep_until, o.output, o.dead_letter,
       -- As a retry it could exist beside another one, which the policy forbids.
       CASE WHEN o.policy = 'stately' AND o.state = 'active' THEN 'standard'
            ELSE coalesce(o.policy, 'standard') END AS policy,
       o.archived_on
  FROM (SELECT id, name, priority, data, state, retry_limit, retry_count, retry_delay, retry_backoff, start_after,
               started_on, singleton_key, singleton_on, expire_in, created_on, completed_on, keep_until, output,
               dead_letter, policy, NULL::timestamptz AS archived_on
          FROM /* old */job
         UNION ALL
        SELECT id, name, priority, data, state, retry_limit, retry_count, retry_delay, retry_backoff, start_after,
               started_on, singleton_key, singleton_on, expire_in, created_on, completed_on, keep_until, output,
               dead_letter, policy, archived_on
          FROM /* old */archive) o

-- find_old_queues: every name of a queue that the old schema knows, and the options of its queue in pg-boss's spelling.
--   Before pg-boss 10 there were no queues, and a job was tried once unless it said otherwise. From then on, what a
--   queue leaves open is pg-boss's default.
-- Locks: none. Called by Importing::find_queues.
WITH known AS (
    SELECT name FROM /* old */job
     UNION
    SELECT name FROM /* old */archive
     UNION
    SELECT name FROM /* old */schedule
     UNION
    SELECT name FROM /* old */subscription
    /* if old queue.name */UNION
    SELECT name FROM /* old */queue/* end */
)
SELECT known.name,
       /* if old queue.name */jsonb_strip_nulls(jsonb_build_object(
           'policy', coalesce(q.policy, 'standard'),
           'retryLimit', q.retry_limit,
           'retryDelay', q.retry_delay,
           'retryBackoff', q.retry_backoff,
           'expireInSeconds', CASE WHEN q.expire_seconds > 86400 THEN 86400 ELSE q.expire_seconds END,
           'retentionSeconds', q.retention_minutes::bigint * 60,
           'deadLetter', nullif(q.dead_letter, q.name)))
       /* else '{"policy": "standard", "retryLimit": 0}'::jsonb */ AS options
  FROM known/* if old queue.name */
  LEFT JOIN /* old */queue q ON q.name = known.name/* end */
 ORDER BY known.name

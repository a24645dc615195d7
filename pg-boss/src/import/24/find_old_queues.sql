-- find_old_queues: every name of a queue that version 24 knows, and the options of its queue in pg-boss's spelling.
--   What a queue leaves open is pg-boss's default.
-- Locks: none. Called by Importing::find_queues.
WITH known AS (
    SELECT name FROM /* old */job
     UNION
    SELECT name FROM /* old */archive
     UNION
    SELECT name FROM /* old */schedule
     UNION
    SELECT name FROM /* old */subscription
     UNION
    SELECT name FROM /* old */queue
)
SELECT known.name,
       jsonb_strip_nulls(jsonb_build_object(
           'policy', coalesce(q.policy, 'standard'),
           'retryLimit', q.retry_limit,
           'retryDelay', q.retry_delay,
           'retryBackoff', q.retry_backoff,
           'expireInSeconds', CASE WHEN q.expire_seconds > 86400 THEN 86400 ELSE q.expire_seconds END,
           'retentionSeconds', q.retention_minutes::bigint * 60,
           'deadLetter', nullif(q.dead_letter, q.name))) AS options
  FROM known
  LEFT JOIN /* old */queue q ON q.name = known.name
 ORDER BY known.name

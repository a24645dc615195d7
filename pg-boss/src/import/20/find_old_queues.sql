-- find_old_queues: every name of a queue that version 20 knows, and the options of its queue in pg-boss's spelling.
--   Before pg-boss 10 there were no queues, and a job was tried once unless it said otherwise.
-- Locks: none. Called by Importing::find_queues.
WITH known AS (
    SELECT name FROM /* old */job
     UNION
    SELECT name FROM /* old */archive
     UNION
    SELECT name FROM /* old */schedule
     UNION
    SELECT name FROM /* old */subscription
)
SELECT known.name,
       '{"policy": "standard", "retryLimit": 0}'::jsonb AS options
  FROM known
 ORDER BY known.name

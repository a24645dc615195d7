-- change_queue: changes what is given of a queue, in pg-boss's spelling; jobs that stand keep what they copied.
--   $1 name  $2 options
-- Locks: the queue's row. Called by Store::change_queue.
UPDATE /* schema */queue
   SET retry_limit = coalesce(($2::jsonb->>'retryLimit')::int, retry_limit),
       retry_delay = coalesce(($2->>'retryDelay')::int, retry_delay),
       retry_backoff = coalesce(($2->>'retryBackoff')::bool, retry_backoff),
       retry_delay_max = coalesce(($2->>'retryDelayMax')::int, retry_delay_max),
       expire_seconds = coalesce(($2->>'expireInSeconds')::int, expire_seconds),
       retention_seconds = coalesce(($2->>'retentionSeconds')::int, retention_seconds),
       deletion_seconds = coalesce(($2->>'deleteAfterSeconds')::int, deletion_seconds),
       dead_letter = coalesce($2->>'deadLetter', dead_letter)/* if queue.heartbeat_seconds */,
       heartbeat_seconds = coalesce(($2->>'heartbeatSeconds')::int, heartbeat_seconds)/* end *//* if queue.notify */,
       notify = coalesce(($2->>'notify')::bool, notify)/* end */,
       updated_on = /* schema */job_now()
 WHERE name = $1

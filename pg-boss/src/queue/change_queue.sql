-- change_queue: changes what is given of a queue, in pg-boss's spelling; existing jobs keep what they copied.
--   $1 name  $2 options; a null among them clears what may be clear, and leaves everything else
-- Locks: the queue's row. Called by Store::change_queue.
UPDATE /* schema */queue
   SET retry_limit = coalesce(($2::jsonb->>'retryLimit')::int, retry_limit),
       retry_delay = coalesce(($2->>'retryDelay')::int, retry_delay),
       retry_backoff = coalesce(($2->>'retryBackoff')::bool, retry_backoff),
       retry_delay_max = CASE WHEN $2 ? 'retryDelayMax' THEN ($2->>'retryDelayMax')::int ELSE retry_delay_max END,
       expire_seconds = coalesce(($2->>'expireInSeconds')::int, expire_seconds),
       retention_seconds = coalesce(($2->>'retentionSeconds')::int, retention_seconds),
       deletion_seconds = coalesce(($2->>'deleteAfterSeconds')::int, deletion_seconds),
       warning_queued = coalesce(($2->>'warningQueueSize')::int, warning_queued),
       dead_letter = CASE WHEN $2 ? 'deadLetter' THEN $2->>'deadLetter' ELSE dead_letter END,
       heartbeat_seconds = CASE WHEN $2 ? 'heartbeatSeconds' THEN ($2->>'heartbeatSeconds')::int ELSE heartbeat_seconds END,
       notify = coalesce(($2->>'notify')::bool, notify),
       updated_on = /* schema */job_now()
 WHERE name = $1

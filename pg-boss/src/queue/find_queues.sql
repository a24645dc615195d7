-- find_queues: what the worker and the declarations need to know of these queues.   $1 names
-- Locks: none. Called by Store::find_queues.
SELECT name, policy, partition, retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds,
       retention_seconds, deletion_seconds, dead_letter,
       heartbeat_seconds,
       notify
  FROM /* schema */queue
 WHERE name = ANY ($1)

-- resume_queue: workers fetch from this queue again.   $1 queue  $2 channel that says so
-- Returns the queue, if there is such a one.
-- Locks: the row. Called by Store::set_paused.
WITH resumed AS (
    DELETE FROM /* own */paused_queue p WHERE p.name = $1
)
SELECT q.name
  FROM /* schema */queue q
 CROSS JOIN LATERAL pg_notify($2, 'paused')
 WHERE q.name = $1

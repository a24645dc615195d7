-- find_paused_queues: the queues that are paused, and since when. One that was deleted and made again is not.
-- Locks: none. Called by Store::pauses.
SELECT q.name, p.paused_on
  FROM /* own */paused_queue p
  JOIN /* schema */queue q ON q.name = p.name AND q.created_on <= p.paused_on
 ORDER BY q.name

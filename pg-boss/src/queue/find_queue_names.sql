-- find_queue_names: the names of the first 10,000 queues.
-- Locks: none. Called by Store::queue_names.
SELECT q.name
  FROM /* schema */queue q
 ORDER BY q.name
 LIMIT 10000

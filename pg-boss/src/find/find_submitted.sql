-- find_submitted: the jobs of one queue that are still there, in the order in which they were submitted.   $1 queue
-- Locks: none. Called by Store::submitted.
SELECT id, data::text AS data, state::text AS state, created_on, start_after, priority, retry_limit, singleton_key
  FROM /* schema */job
 WHERE name = $1
 ORDER BY created_on, id

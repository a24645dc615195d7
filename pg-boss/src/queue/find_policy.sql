-- find_policy: the policy of a queue; no row if it does not exist.   $1 queue
-- Locks: none. Called by Store::find_policy.
SELECT q.policy
  FROM /* schema */queue q
 WHERE q.name = $1

-- find_end: whether a job has ended, and with what.   $1 queue  $2 id
-- Locks: none. Called by Store::find_end.
SELECT state::text AS state, output
  FROM /* schema */job
 WHERE name = $1
   AND id = $2

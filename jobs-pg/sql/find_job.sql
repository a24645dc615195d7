-- find_job: one job with all the columns that this schema has.   $1 queue  $2 id
-- Locks: none. Called by Store::find.
SELECT to_jsonb(j) AS job
  FROM /* schema */job j
 WHERE j.name = $1
   AND j.id = $2

-- find_job: one job as the text of a JSON object with all its columns.   $1 queue  $2 id
-- Locks: none. Called by Store::find.
SELECT to_jsonb(j)::text AS job
  FROM /* schema */job j
 WHERE j.name = $1
   AND j.id = $2

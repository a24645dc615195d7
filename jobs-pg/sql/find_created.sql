-- find_created: when a job was created, which is where a page of jobs goes on.   $1 queue  $2 id
-- Locks: none. Called by Store::find_jobs.
SELECT created_on FROM /* schema */job WHERE name = $1 AND id = $2

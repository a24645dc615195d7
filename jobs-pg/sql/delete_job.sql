-- delete_job: removes a job, whatever its state.   $1 queue  $2 id
-- Locks: the row. Called by Store::delete.
DELETE FROM /* schema */job
 WHERE name = $1
   AND id = $2

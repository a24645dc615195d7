-- has_job: whether a queue has a job of this id.   $1 queue  $2 id
-- Locks: none. Called by Store::has_job.
SELECT EXISTS (SELECT FROM /* schema */job j WHERE j.name = $1 AND j.id = $2)

-- record_last_job: notes the job that a schedule submitted last.   $1 queue  $2 key  $3 id of the job
-- Locks: the schedule row. Called by Store::record_last_job.
UPDATE /* schema */schedule SET last_job_id = $3 WHERE name = $1 AND key = $2

-- find_dependents: the jobs that wait, or waited, for a job, by queue and id.
--   $1 queue  $2 id  $3 $4 queue and id after which to go on  $5 how many at most
-- Locks: none. Called by Store::find_dependents.
SELECT d.child_name, d.child_id
  FROM /* schema */job_dependency d
 WHERE d.parent_name = $1
   AND d.parent_id = $2
   AND ($3::text IS NULL OR (d.child_name, d.child_id) > ($3, $4::uuid))
 ORDER BY d.child_name, d.child_id
 LIMIT $5

-- find_dependencies: the jobs that a job waits for, or waited for, by queue and id.
--   $1 queue  $2 id  $3 $4 queue and id after which to go on  $5 how many at most
-- Locks: none. Called by Store::find_dependencies.
SELECT d.parent_name, d.parent_id
  FROM /* schema */job_dependency d
 WHERE d.child_name = $1
   AND d.child_id = $2
   AND ($3::text IS NULL OR (d.parent_name, d.parent_id) > ($3, $4::uuid))
 ORDER BY d.parent_name, d.parent_id
 LIMIT $5

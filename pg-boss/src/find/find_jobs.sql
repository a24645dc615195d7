-- find_jobs: jobs of a queue as the text of a JSON object with all its columns, the oldest first.
--   $1 queue  $2 id  $3 singleton key  $4 what the data contains (JSON text)  $5 whether only those that wait
--   $6 the id of the job after which to go on  $7 how many at most
-- Null, or false, selects by nothing. Locks: none. Called by Store::find_jobs.
SELECT to_jsonb(j)::text AS job
  FROM /* schema */job j
 WHERE j.name = $1
   AND ($2::uuid IS NULL OR j.id = $2)
   AND ($3::text IS NULL OR j.singleton_key = $3)
   AND ($4::text IS NULL OR j.data @> $4::jsonb)
   AND (NOT $5 OR j.state < 'active')
   AND ($6::uuid IS NULL OR (j.created_on, j.id) > (
       SELECT a.created_on, a.id FROM /* schema */job a WHERE a.name = $1 AND a.id = $6))
 ORDER BY j.created_on, j.id
 LIMIT $7

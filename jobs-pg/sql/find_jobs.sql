-- find_jobs: jobs of a queue with all the columns that this schema has, the oldest first.
--   $1 queue  $2 id  $3 singleton key  $4 what the data contains (JSON text)  $5 whether only those that wait
--   $6 $7 creation time and id after which to go on  $8 how many at most
-- Null, or false, selects by nothing. Locks: none. Called by Store::find_jobs.
SELECT to_jsonb(j) AS job
  FROM /* schema */job j
 WHERE j.name = $1
   AND ($2::uuid IS NULL OR j.id = $2)
   AND ($3::text IS NULL OR j.singleton_key = $3)
   AND ($4::text IS NULL OR j.data @> $4::jsonb)
   AND (NOT $5 OR j.state < 'active')
   AND ($6::timestamptz IS NULL OR (j.created_on, j.id) > ($6, $7::uuid))
 ORDER BY j.created_on, j.id
 LIMIT $8

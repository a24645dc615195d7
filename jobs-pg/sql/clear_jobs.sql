-- clear_jobs: removes jobs of a queue.   $1 queue  $2 which: queued (they wait), stored (they ended) or all  $3 how many at most
-- Locks: the rows, in order of id. Called by Store::clear_jobs.
WITH doomed AS (
    SELECT j.id
      FROM /* schema */job j
     WHERE j.name = $1
       AND CASE $2 WHEN 'queued' THEN j.state < 'active' WHEN 'stored' THEN j.state > 'active' ELSE true END
     ORDER BY j.id
     LIMIT $3
       FOR UPDATE
)
DELETE FROM /* schema */job j
 USING doomed
 WHERE j.name = $1
   AND j.id = doomed.id

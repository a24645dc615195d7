-- clear_jobs: removes jobs of a queue. Returns how many, and how many of them the queue's retained_count holds.
--   $1 queue  $2 which: queued (they wait), stored (they ended) or all  $3 how many at most
-- Locks: the rows, in order of id. Called by Store::clear_jobs.
WITH doomed AS (
    SELECT j.id
      FROM /* schema */job j
     WHERE j.name = $1
       AND CASE $2 WHEN 'queued' THEN j.state < 'active' WHEN 'stored' THEN j.state > 'active' ELSE true END
     ORDER BY j.id
     LIMIT $3
       FOR UPDATE
), gone AS (
    DELETE FROM /* schema */job j
     USING doomed
     WHERE j.name = $1
       AND j.id = doomed.id
    RETURNING j.state, j.completed_on
)
SELECT count(*) AS jobs,
       count(*) FILTER (
           WHERE g.state IN ('completed', 'cancelled')
             AND g.completed_on <= (SELECT q.retained_on FROM /* schema */queue q WHERE q.name = $1)) AS retained
  FROM gone g

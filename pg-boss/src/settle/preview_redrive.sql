-- preview_redrive: where redrive_jobs would bring dead letters, without bringing them.
--   $1 dead letter queue  $2 destination (null: the queue that each came from)  $3 only what came from this queue
--   $4 only what contains this data (JSON text)  $5 only what is older than this instant  $6 only these ids
--   $7 how many of each kind to look at: those that would go, and those that would stay for want of a destination
-- Locks: none. Called by Store::preview_redrive.
WITH candidates AS (
    SELECT q.name AS destination
      FROM /* schema */job j
      LEFT JOIN /* schema */queue q ON q.name = coalesce($2, j.source_name)
     WHERE j.name = $1
       AND j.state < 'active'
       AND ($3::text IS NULL OR j.source_name = $3)
       AND ($4::text IS NULL OR j.data @> $4::jsonb)
       AND ($5::timestamptz IS NULL OR j.created_on < $5)
       AND ($6::uuid[] IS NULL OR j.id = ANY ($6))
       AND (j.policy IS DISTINCT FROM 'key_strict_fifo' OR NOT EXISTS (
           SELECT FROM /* schema */job held
            WHERE held.name = $1
              AND held.policy = 'key_strict_fifo'
              AND held.singleton_key = j.singleton_key
              AND held.state IN ('active', 'retry', 'failed')))
)
SELECT destination, count(*) AS count
  FROM ((SELECT destination FROM candidates WHERE destination IS NOT NULL LIMIT $7)
        UNION ALL
        (SELECT NULL FROM candidates WHERE destination IS NULL LIMIT $7)) looked_at
 GROUP BY destination
 ORDER BY count DESC, destination

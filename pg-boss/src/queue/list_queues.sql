-- list_queues: queues, each as the text of a JSON object with all its columns.
--   $1 names (null: all)  $2 the name after which to go on  $3 how many at most
-- Locks: none. Called by Store::list_queues.
SELECT to_jsonb(q)::text AS queue
  FROM /* schema */queue q
 WHERE ($1::text[] IS NULL OR q.name = ANY ($1))
   AND ($2::text IS NULL OR q.name > $2)
 ORDER BY q.name
 LIMIT $3

-- list_schedules: schedules, each as the text of a JSON object with all its columns.
--   $1 queue (null: all)  $2 key (null: all)  $3 $4 queue and key after which to go on  $5 how many at most
-- Locks: none. Called by Store::list_schedules.
SELECT to_jsonb(s)::text AS schedule
  FROM /* schema */schedule s
 WHERE ($1::text IS NULL OR s.name = $1)
   AND ($2::text IS NULL OR s.key = $2)
   AND ($3::text IS NULL OR (s.name, s.key) > ($3, $4))
 ORDER BY s.name, s.key
 LIMIT $5

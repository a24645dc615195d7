-- find_warnings: the warnings that were kept, the newest first.   $1 type, or null for all  $2 how many at most
-- Locks: none. Called by Store::find_warnings.
SELECT w.id, w.type AS kind, w.message, w.data, w.created_on
  FROM /* schema */warning w
 WHERE $1::text IS NULL OR w.type = $1
 ORDER BY w.created_on DESC, w.id
 LIMIT $2

-- find_import: when the newest row was made that an earlier import of a schema has seen.   $1 queue of the imports
--   $2 old schema
-- Locks: none. Called by Importing::find_import.
SELECT (data->>'newest')::timestamptz
  FROM /* schema */job
 WHERE name = $1
   AND id = md5($2::text)::uuid

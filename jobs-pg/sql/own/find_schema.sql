-- find_schema: whether our own schema exists, whether it is ours, and whether anything is in it.   $1 name
-- Locks: none. Called by Store::own and Store::own_if_current.
SELECT count(n.oid) > 0 AS exists,
       coalesce(bool_or(c.relname = 'jobs_version'), false) AS is_ours,
       count(c.oid) > 0 AS is_used
  FROM pg_catalog.pg_namespace n
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
 WHERE n.nspname = $1

-- find_left_schemas: the schemas of tests that no session marks as in use any more, and our own schemas beside them.
--   $1 how their names begin  $2 how many characters the names have, without the ending of our own schemas
-- Locks: the advisory lock of each, until the session ends, so that of two processes one removes it. Called by
-- TestSchema::remove_left.
SELECT nspname::text
  FROM pg_catalog.pg_namespace
 WHERE CASE WHEN starts_with(nspname::text, $1) THEN pg_try_advisory_lock(hashtextextended(left(nspname, $2), 0)) END

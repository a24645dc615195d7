-- find_writers: sessions of others whose last statement, begun within the last minute, writes to the old schema: its
--   workers fetch every few seconds. Sessions of roles that we may not look at are not seen.
--   $1 regular expression of the old schema's name in a statement
-- Locks: none. Called by Importing::find_writers.
SELECT coalesce(nullif(application_name, ''), 'unnamed') || ' (process ' || pid || ')'
  FROM pg_catalog.pg_stat_activity
 WHERE datname = current_database()
   AND pid <> pg_backend_pid()
   AND backend_type = 'client backend'
   AND query_start > clock_timestamp() - interval '60 seconds'
   AND query ~* '\m(insert|update|delete)\M'
   AND query ~* $1
 ORDER BY pid

-- count_left_behind: how many rows of version 24 have no place in the new one, by reason.
-- Locks: none. Called by Importing::count_left_behind.
WITH old AS (
    SELECT name FROM /* old */job
     UNION ALL
    SELECT name FROM /* old */archive
)
SELECT jsonb_build_object('reason', counted.reason, 'count', counted.count)
  FROM (SELECT 'internal' AS reason, count(*) FROM old WHERE starts_with(name, '__pgboss__')
         UNION ALL
        SELECT 'completion_job', count(*) FROM old WHERE starts_with(name, '__state__completed__')) counted
 WHERE counted.count > 0

-- members: the columns (as table.column) and functions (as name()) that a schema has, of the tables and functions that
-- statements name or that tell releases of pg-boss apart.   $1 schema   Caller: check.
SELECT c.relname || '.' || a.attname AS member
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE n.nspname = $1
   AND c.relkind IN ('r', 'p')
   AND c.relname IN ('version', 'queue', 'job', 'job_common', 'job_dependency', 'schedule', 'subscription', 'archive',
                     'queue_stats', 'warning', 'instance', 'bam')
UNION
SELECT p.proname || '()'
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = $1
   AND p.proname IN ('create_queue', 'delete_queue', 'job_now')

-- find_bam: the index builds that migrations of pg-boss left for later, in the order in which they are done.   $1 how many at most
-- Locks: none. Called by Store::find_bam.
SELECT b.id, b.name, b.version, b.status, b.queue, b.table_name, b.command, b.error, b.created_on, b.started_on,
       b.completed_on
  FROM /* schema */bam b
 ORDER BY b.version, b.created_on, b.id
 LIMIT $1

-- delete_index_builds: what pg-boss has yet to build on the table of a queue that is gone need not be built.   $1 table
-- Locks: the rows. Called by Store::delete_queue.
DELETE FROM /* schema */bam WHERE table_name = $1 AND status <> 'completed'

-- find_table: whether a queue has a table of its own, and the table of its jobs.   $1 name
-- A role that may not delete queues is refused here already (42501), before any job of the queue is deleted: Postgres checks
-- the right to delete whether or not there is something to delete.
-- Locks: none. Called by Store::delete_queue.
WITH may_delete AS (DELETE FROM /* schema */queue WHERE false)
SELECT partition, table_name FROM /* schema */queue WHERE name = $1

-- find_table: whether a queue has a table of its own, and the table of its jobs.   $1 name
-- Locks: none. Called by Store::delete_queue.
SELECT partition, table_name FROM /* schema */queue WHERE name = $1

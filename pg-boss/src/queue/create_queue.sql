-- create_queue: makes a queue; an existing one is left unchanged.   $1 name  $2 options in pg-boss's spelling
-- Locks: under the advisory lock `create-queue`; a partition locks the job table. Called by Store::create_queues.
SELECT /* schema */create_queue($1, $2)

-- lock_queues: holds queues until the transaction ends, so that what is then counted is what is written.   $1 names
-- Locks: the queue rows, in order of name. Called by Store::count_queues and Store::recount_queue.
SELECT q.name FROM /* schema */queue q WHERE q.name = ANY ($1) ORDER BY q.name FOR NO KEY UPDATE

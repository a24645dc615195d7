-- delete_queue: removes a queue with its jobs, schedules and subscriptions.   $1 name
-- Raises 23503 if another queue names it as its dead letter queue.
-- Locks: under the advisory lock `delete-queue`; for a queue with a table of its own under lock_jobs. Called by
-- Store::delete_queue.
SELECT /* schema */delete_queue($1)

-- find_dead_letter_users: the queues that name this one as their dead letter queue, themselves or in one of their jobs.
--   $1 name
-- Locks: none. Called by Store::delete_queue.
SELECT q.name FROM /* schema */queue q WHERE q.dead_letter = $1
UNION
SELECT j.name FROM /* schema */job j WHERE j.dead_letter = $1 AND j.name <> $1
ORDER BY name
LIMIT 10

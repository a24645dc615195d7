-- prune_paused_queues: removes what is recorded of queues that were deleted.
-- Locks: the rows. Called by Store::prune_own.
DELETE FROM /* own */paused_queue p
 WHERE NOT EXISTS (SELECT FROM /* schema */queue q WHERE q.name = p.name AND q.created_on <= p.paused_on)

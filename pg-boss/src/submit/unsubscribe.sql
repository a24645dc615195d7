-- unsubscribe: what is published under an event goes to a queue no longer.   $1 event  $2 queue
-- Locks: the row. Called by Store::unsubscribe.
DELETE FROM /* schema */subscription WHERE event = $1 AND name = $2

-- find_subscribers: the queues that subscribed to an event.   $1 event
-- Locks: none. Called by Store::find_subscribers.
SELECT name FROM /* schema */subscription WHERE event = $1 ORDER BY name

-- delete_schedule: removes a schedule.   $1 queue  $2 key
-- Locks: the row. Called by Store::delete_schedule.
DELETE FROM /* schema */schedule WHERE name = $1 AND key = $2

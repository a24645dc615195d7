-- relabel_schedule: corrects what kind of expression a schedule has; some upgrades of pg-boss leave it wrong.
--   $1 queue  $2 key  $3 the expression that was read  $4 kind
-- Locks: the schedule row. Called by Store::relabel_schedule.
UPDATE /* schema */schedule SET kind = $4 WHERE name = $1 AND key = $2 AND cron = $3

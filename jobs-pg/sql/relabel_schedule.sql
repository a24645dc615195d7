-- relabel_schedule: corrects what kind of expression a schedule has; some upgrades of pg-boss leave it wrong.
--   $1 queue  $2 key  $3 the expression that was read  $4 kind
-- Locks: the schedule row. Called by Store::relabel_schedule.
/* if schedule.kind */UPDATE /* schema */schedule SET kind = $4 WHERE name = $1 AND key = $2 AND cron = $3
/* else SELECT $1::text, $2::text, $3::text, $4::text WHERE false */

-- find_schedules: every schedule, as far as its due times depend on it.
-- Locks: none. Called by Store::schedules.
SELECT name, key, kind, cron, timezone,
       options ->> 'missed' AS missed, created_on
  FROM /* schema */schedule
 ORDER BY name, key

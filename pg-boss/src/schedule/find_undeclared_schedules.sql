-- find_undeclared_schedules: queues whose schedules this application declared once and does not any more, and that another
-- live process of the same program declares.
--   $1 the application  $2 $3 arrays of equal length: queue and key of what it declares now  $4 the program
--   $5 the instance that asks
-- Locks: none. Called by Store::find_undeclared_schedules.
SELECT DISTINCT s.name
  FROM /* schema */schedule s
  JOIN /* schema */instance i ON i.config -> 'scheduledQueues' ? s.name
 WHERE s.options ->> 'application' = $1
   AND NOT EXISTS (
       SELECT FROM unnest($2::text[], $3::text[]) AS d(name, key) WHERE d.name = s.name AND d.key = s.key)
   AND i.application_name = $4
   AND i.id <> $5
   AND i.stopped_on IS NULL
   AND i.heartbeat_on >= /* schema */job_now() - 3 * make_interval(secs => i.heartbeat_seconds)
 ORDER BY s.name

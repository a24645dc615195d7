-- delete_undeclared_schedules: removes schedules that this application declared once and does not any more. Those of other
-- applications, and those without the mark, stay.
--   $1 the application  $2 $3 arrays of equal length: queue and key of what it declares now
--   $4 queues whose schedules are kept
-- Locks: the rows. Called by Store::delete_undeclared_schedules.
DELETE FROM /* schema */schedule s
 WHERE s.options ->> 'application' = $1
   AND NOT EXISTS (
       SELECT FROM unnest($2::text[], $3::text[]) AS d(name, key) WHERE d.name = s.name AND d.key = s.key)
   AND s.name <> ALL ($4::text[])
RETURNING s.name, s.key

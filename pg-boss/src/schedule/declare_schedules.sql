-- declare_schedules: sets the schedules as a program declares them; equal ones are left unchanged.
--   Arrays of equal length: $1 queue  $2 key  $3 cron expression  $4 time zone  $5 input (JSON text)
--   $6 options (JSON text), in which the member `application` names the program
-- Returns the schedules that changed, and whether each is new.
-- Locks: the rows that change, and new ones. Called by Store::declare_schedules.
INSERT INTO /* schema */schedule AS s (name, key, cron, timezone, data, options, created_on, updated_on,
       kind)
SELECT d.name, d.key, d.cron, d.timezone, d.data::jsonb, d.options::jsonb, /* schema */job_now(), /* schema */job_now()
       , 'cron'
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
       AS d(name, key, cron, timezone, data, options)
 ORDER BY d.name, d.key
    ON CONFLICT (name, key) DO UPDATE
   SET cron = excluded.cron, timezone = excluded.timezone, data = excluded.data, options = excluded.options,
       updated_on = excluded.updated_on, kind = excluded.kind
 WHERE (s.cron, s.timezone, s.data, s.options) IS DISTINCT FROM
       (excluded.cron, excluded.timezone, excluded.data, excluded.options)
       OR s.kind <> excluded.kind
RETURNING s.name, s.key, s.xmax = 0 AS is_new

-- set_schedule: sets the schedule of a queue and key.
--   $1 queue  $2 key  $3 expression  $4 its kind  $5 time zone  $6 input (JSON text)  $7 options (JSON text)
-- When it was created and which job it submitted last are kept. Without the queue nothing happens.
-- Locks: the row; the queue's row for key share. Called by Store::set_schedule.
INSERT INTO /* schema */schedule (name, key, cron, timezone, data, options, created_on, updated_on,
       kind)
SELECT $1, $2, $3, $5, $6::jsonb, $7::jsonb, /* schema */job_now(), /* schema */job_now(),
       $4
  FROM /* schema */queue
 WHERE name = $1
    ON CONFLICT (name, key) DO UPDATE
   SET cron = excluded.cron, timezone = excluded.timezone, data = excluded.data, options = excluded.options,
       updated_on = excluded.updated_on, kind = excluded.kind

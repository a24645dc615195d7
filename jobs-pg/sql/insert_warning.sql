-- insert_warning: keeps a warning.   $1 type  $2 message  $3 data, as JSON text
-- Locks: none. Called by Store::insert_warning.
/* if warning.id */INSERT INTO /* schema */warning (type, message, data, created_on) VALUES ($1, $2, $3::jsonb, /* schema */job_now())
/* else SELECT 1 WHERE $1::text IS NULL AND $2::text IS NULL AND $3::text IS NULL */

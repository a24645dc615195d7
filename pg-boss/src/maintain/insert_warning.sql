-- insert_warning: keeps a warning.   $1 type  $2 message  $3 data, as JSON text
-- Locks: none. Called by Store::insert_warning.
INSERT INTO /* schema */warning (type, message, data, created_on) VALUES ($1, $2, $3::jsonb, /* schema */job_now())

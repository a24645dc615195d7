-- enter_instance: enters this process into the table of instances, or tells that it lives; answers when it was entered.
--   $1 id  $2 name  $3 host  $4 process id  $5 version  $6 what stands for Node's version  $7 seconds between signs of life
--   $8 supervises  $9 schedules  $10 installs  $11 keeps statistics  $12 keeps warnings
--   $13 greatest size of the pool  $14 its size  $15 how many of it are idle
--   $16 workers, JSON text  $17 options, JSON text  $18 when it was entered, or null: now
-- Locks: the row. Called by Store::enter_instance.
/* if instance.id */INSERT INTO /* schema */instance AS i (
       id, name, host, pid, version, node_version, application_name, heartbeat_seconds, supervise, schedule, migrate,
       persist_queue_stats, persist_warnings, pool_max, pool_total, pool_idle, workers, config, started_on, heartbeat_on)
VALUES ($1, $2, $3, $4, $5, $6, current_setting('application_name'), $7, $8, $9, $10, $11, $12, $13, $14, $15,
        $16::text::jsonb, $17::text::jsonb, coalesce($18, /* schema */job_now()), /* schema */job_now())
ON CONFLICT (id) DO UPDATE
   SET pool_total = EXCLUDED.pool_total,
       pool_idle = EXCLUDED.pool_idle,
       workers = EXCLUDED.workers,
       heartbeat_on = EXCLUDED.heartbeat_on
RETURNING i.started_on
/* else SELECT now() AS started_on WHERE $1::uuid IS NULL AND $2::text IS NULL AND $3::text IS NULL AND $4::int IS NULL
    AND $5::text IS NULL AND $6::text IS NULL AND $7::int IS NULL AND $8::bool AND $9::bool AND $10::bool AND $11::bool
    AND $12::bool AND $13::int IS NULL AND $14::int IS NULL AND $15::int IS NULL AND $16::text IS NULL AND $17::text IS NULL
    AND $18::timestamptz IS NULL */

-- enter_instance: enters this process into the table of instances, or tells that it lives; answers when it was entered.
--   $1 id  $2 name  $3 host  $4 process id  $5 version  $6 what stands for Node's version  $7 seconds between heartbeats
--   $8 supervises  $9 schedules  $10 installs  $11 keeps statistics  $12 keeps warnings
--   $13 greatest size of the pool  $14 its size  $15 how many of it are idle
--   $16 workers, JSON text  $17 options, JSON text  $18 when it was entered, or null: now
-- Locks: the row. Called by Store::enter_instance.
INSERT INTO /* schema */instance AS i (
       id, name, host, pid, version, node_version, application_name, heartbeat_seconds, supervise, schedule, migrate,
       persist_queue_stats, persist_warnings, pool_max, pool_total, pool_idle, workers, config, started_on, heartbeat_on)
VALUES ($1, $2, $3, $4, $5, $6, current_setting('application_name'), $7, $8, $9, $10, $11, $12, $13, $14, $15,
        $16::text::jsonb, $17::text::jsonb, coalesce($18, /* schema */job_now()), /* schema */job_now())
ON CONFLICT (id) DO UPDATE
   SET pool_total = EXCLUDED.pool_total,
       pool_idle = EXCLUDED.pool_idle,
       workers = EXCLUDED.workers,
       heartbeat_on = EXCLUDED.heartbeat_on,
       -- A process that starts again after it has stopped.
       started_on = EXCLUDED.started_on,
       stopped_on = NULL
RETURNING i.started_on

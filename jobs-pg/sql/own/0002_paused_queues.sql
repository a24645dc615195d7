-- The queues from which the workers of this library fetch nothing.
CREATE TABLE /* own */paused_queue (
    name text PRIMARY KEY,
    paused_on timestamptz NOT NULL
);
UPDATE /* own */jobs_version SET migration = 2;

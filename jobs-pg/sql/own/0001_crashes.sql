-- The version of this schema, and the jobs that were lost with the process that ran them.
CREATE TABLE /* own */jobs_version (
    -- A program refuses a schema of a newer major version than its own.
    major int NOT NULL,
    -- The number of the last migration that ran.
    migration int NOT NULL
);
INSERT INTO /* own */jobs_version (major, migration) VALUES (1, 1);

CREATE TABLE /* own */job_crash (
    name text NOT NULL,
    id uuid NOT NULL,
    -- The retry count of the last attempt that was lost.
    retry_count int NOT NULL,
    -- How many processes died while they ran the job.
    crashes int NOT NULL,
    crashed_on timestamptz NOT NULL,
    PRIMARY KEY (name, id)
);

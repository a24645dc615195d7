-- tables: the type and the eleven tables of schema version 46, empty.
-- Caller: install, in its one transaction. Names, types, defaults and constraints are pg-boss's, which compares and
-- writes them; the order of columns is ours.

-- The order of the labels carries meaning: "queued" is state < active, "settled" is state > active.
CREATE TYPE /* schema */job_state AS ENUM ('created', 'retry', 'active', 'completed', 'cancelled', 'failed');

-- One row: the version, and when each pass that only one process does was last taken by a process.
CREATE TABLE /* schema */version (
    version            int PRIMARY KEY,
    cron_on            timestamptz,
    bam_on             timestamptz,
    flow_on            timestamptz,
    reindex_on         timestamptz,
    monitor_backoff_on timestamptz
);

CREATE TABLE /* schema */queue (
    name                 text PRIMARY KEY,
    policy               text NOT NULL,
    partition            bool NOT NULL,
    table_name           text NOT NULL,
    notify               bool NOT NULL DEFAULT false,
    dead_letter          text REFERENCES /* schema */queue (name),
    -- what a job inherits at submit
    retry_limit          int NOT NULL,
    retry_delay          int NOT NULL,
    retry_backoff        bool NOT NULL,
    retry_delay_max      int,
    expire_seconds       int NOT NULL,
    heartbeat_seconds    int,
    retention_seconds    int NOT NULL,
    deletion_seconds     int NOT NULL,
    -- what the monitor counted last
    deferred_count       int NOT NULL DEFAULT 0,
    blocked_count        int NOT NULL DEFAULT 0,
    queued_count         int NOT NULL DEFAULT 0,
    ready_count          int NOT NULL DEFAULT 0,
    active_count         int NOT NULL DEFAULT 0,
    failed_count         int NOT NULL DEFAULT 0,
    total_count          int NOT NULL DEFAULT 0,
    warning_queued       int NOT NULL DEFAULT 0,
    retained_count       int,
    retained_on          timestamptz,
    created_delta        int NOT NULL DEFAULT 0,
    completed_delta      int NOT NULL DEFAULT 0,
    failed_delta         int NOT NULL DEFAULT 0,
    delta_on             timestamptz,
    delta_seconds        int,
    wait_bins            int[],
    run_bins             int[],
    ready_oldest_seconds int,
    ready_history        int[] NOT NULL DEFAULT '{}',
    singletons_active    text[],
    -- when each pass was taken (claim) and done
    monitor_claim_on     timestamptz,
    monitor_on           timestamptz,
    maintain_on          timestamptz,
    created_on           timestamptz NOT NULL DEFAULT now(),
    updated_on           timestamptz NOT NULL DEFAULT now(),
    CHECK (dead_letter IS DISTINCT FROM name)
);

-- The parent of all jobs. Foreign keys and indexes other than the key are on the leaves, so that a queue with a table
-- of its own has only those that its policy needs.
CREATE TABLE /* schema */job (
    id                   uuid NOT NULL DEFAULT gen_random_uuid(),
    name                 text NOT NULL,
    priority             int NOT NULL DEFAULT 0,
    data                 jsonb,
    state                /* schema */job_state NOT NULL DEFAULT 'created',
    policy               text,
    dead_letter          text,
    retry_limit          int NOT NULL DEFAULT 2,
    retry_count          int NOT NULL DEFAULT 0,
    retry_delay          int NOT NULL DEFAULT 0,
    retry_backoff        bool NOT NULL DEFAULT false,
    retry_delay_max      int,
    expire_seconds       int NOT NULL DEFAULT 900,
    deletion_seconds     int NOT NULL DEFAULT 604800,
    singleton_key        text,
    -- The start of the throttle slot, as UTC wall time.
    singleton_on         timestamp,
    group_id             text,
    group_tier           text,
    created_on           timestamptz NOT NULL DEFAULT now(),
    start_after          timestamptz NOT NULL DEFAULT now(),
    started_on           timestamptz,
    completed_on         timestamptz,
    keep_until           timestamptz NOT NULL DEFAULT now() + interval '336 hours',
    heartbeat_on         timestamptz,
    heartbeat_seconds    int,
    output               jsonb,
    blocked              bool NOT NULL DEFAULT false,
    blocking             bool NOT NULL DEFAULT false,
    pending_dependencies int NOT NULL DEFAULT 0,
    source_name          text,
    source_id            uuid,
    source_created_on    timestamptz,
    source_retry_count   int,
    source_output        jsonb,
    source_root_id       uuid,
    trace_context        jsonb,
    upsert_by_key        bool,
    PRIMARY KEY (name, id)
) PARTITION BY LIST (name);

-- The table of every queue that has none of its own. Its constraints and indexes come from jobs_dress_table.
CREATE TABLE /* schema */job_common PARTITION OF /* schema */job DEFAULT;

CREATE TABLE /* schema */job_dependency (
    child_name  text NOT NULL,
    child_id    uuid NOT NULL,
    parent_name text NOT NULL,
    parent_id   uuid NOT NULL,
    PRIMARY KEY (child_name, child_id, parent_name, parent_id)
);
CREATE INDEX job_dep_parent_idx ON /* schema */job_dependency (parent_name, parent_id);

CREATE TABLE /* schema */schedule (
    name        text NOT NULL REFERENCES /* schema */queue (name) ON DELETE CASCADE,
    key         text NOT NULL DEFAULT '',
    kind        text NOT NULL DEFAULT 'cron' CHECK (kind IN ('cron', 'rrule')),
    cron        text NOT NULL,
    timezone    text DEFAULT 'UTC',
    data        jsonb,
    options     jsonb,
    created_on  timestamptz NOT NULL DEFAULT now(),
    updated_on  timestamptz NOT NULL DEFAULT now(),
    last_job_id uuid,
    PRIMARY KEY (name, key)
);

CREATE TABLE /* schema */subscription (
    event      text NOT NULL,
    name       text NOT NULL REFERENCES /* schema */queue (name) ON DELETE CASCADE,
    created_on timestamptz NOT NULL DEFAULT now(),
    updated_on timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event, name)
);

-- Index builds that a migration of pg-boss leaves for later; only pg-boss reads it.
CREATE TABLE /* schema */bam (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name         text NOT NULL,
    version      int NOT NULL,
    status       text NOT NULL DEFAULT 'pending',
    queue        text,
    table_name   text NOT NULL,
    command      text NOT NULL,
    error        text,
    -- Not now(): rows of one transaction run in the order in which they were written.
    created_on   timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_on   timestamptz,
    completed_on timestamptz
);

CREATE TABLE /* schema */warning (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    type       text NOT NULL,
    message    text NOT NULL,
    data       jsonb,
    created_on timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX warning_i1 ON /* schema */warning (created_on DESC);

CREATE TABLE /* schema */queue_stats (
    id                   uuid NOT NULL DEFAULT gen_random_uuid(),
    name                 text NOT NULL,
    deferred_count       int NOT NULL DEFAULT 0,
    queued_count         int NOT NULL DEFAULT 0,
    ready_count          int NOT NULL DEFAULT 0,
    active_count         int NOT NULL DEFAULT 0,
    failed_count         int NOT NULL DEFAULT 0,
    total_count          int NOT NULL DEFAULT 0,
    created_delta        int,
    completed_delta      int,
    failed_delta         int,
    delta_seconds        int,
    delta_on             timestamptz,
    wait_bins            int[],
    run_bins             int[],
    ready_oldest_seconds int,
    captured_on          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, captured_on)
) PARTITION BY RANGE (captured_on);
CREATE INDEX queue_stats_i1 ON /* schema */queue_stats (name, captured_on DESC)
    INCLUDE (deferred_count, queued_count, ready_count, active_count, failed_count, total_count);

CREATE TABLE /* schema */instance (
    id                   uuid PRIMARY KEY,
    name                 text,
    host                 text NOT NULL,
    pid                  int NOT NULL,
    version              text NOT NULL,
    node_version         text NOT NULL,
    application_name     text,
    heartbeat_seconds    int NOT NULL,
    supervise            bool NOT NULL,
    schedule             bool NOT NULL,
    migrate              bool NOT NULL,
    persist_queue_stats  bool NOT NULL,
    persist_warnings     bool NOT NULL,
    pool_max             int,
    pool_total           int,
    pool_idle            int,
    pool_waiting         int,
    workers              jsonb NOT NULL DEFAULT '[]',
    metrics              jsonb,
    config               jsonb NOT NULL DEFAULT '{}',
    crash_restarts       int NOT NULL DEFAULT 0,
    crash_restarts_since timestamptz,
    started_on           timestamptz NOT NULL DEFAULT now(),
    heartbeat_on         timestamptz NOT NULL DEFAULT now(),
    stopped_on           timestamptz
);

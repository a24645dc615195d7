-- functions: the six public functions of schema version 46, and the helpers behind four of them.
-- Caller: install, in its one transaction. The public ones have SQL-standard bodies: pg-boss's doctor compares the text
-- between dollar quotes and has no quarrel with a body that has none. Procedural work therefore sits in plpgsql
-- helpers, prefix jobs_, which pg-boss's `plans uninstall` leaves behind: so they are replaced. Parameter names are
-- pg-boss's: its migrations replace these functions, which cannot rename them.

-- The clock of everything: a test clock of pg-boss replaces this function.
CREATE FUNCTION /* schema */job_now() RETURNS timestamptz
LANGUAGE sql STABLE RETURN pg_catalog.now();

-- Makes a queue, with a table of its own if asked; an existing queue is left unchanged.
CREATE OR REPLACE FUNCTION /* schema */jobs_create_queue(p_name text, p_options jsonb) RETURNS void
LANGUAGE plpgsql AS $create$
DECLARE
    v_partition bool := COALESCE((p_options ->> 'partition')::bool, false);
    -- Hashed, as a queue's name may be longer than an identifier.
    v_table text := CASE WHEN v_partition
        THEN 'j' || encode(sha224(convert_to(p_name, 'UTF8')), 'hex') ELSE 'job_common' END;
BEGIN
    INSERT INTO /* schema */queue (
        name, policy, partition, table_name, notify, dead_letter, warning_queued,
        retry_limit, retry_delay, retry_backoff, retry_delay_max,
        expire_seconds, heartbeat_seconds, retention_seconds, deletion_seconds,
        created_on, updated_on)
    VALUES (
        p_name, p_options ->> 'policy', v_partition, v_table,
        COALESCE((p_options ->> 'notify')::bool, false),
        p_options ->> 'deadLetter',
        COALESCE((p_options ->> 'warningQueueSize')::int, 0),
        COALESCE((p_options ->> 'retryLimit')::int, 2),
        COALESCE((p_options ->> 'retryDelay')::int, 0),
        COALESCE((p_options ->> 'retryBackoff')::bool, false),
        (p_options ->> 'retryDelayMax')::int,
        COALESCE((p_options ->> 'expireInSeconds')::int, 900),
        (p_options ->> 'heartbeatSeconds')::int,
        COALESCE((p_options ->> 'retentionSeconds')::int, 1209600),
        COALESCE((p_options ->> 'deleteAfterSeconds')::int, 604800),
        /* schema */job_now(), /* schema */job_now())
    ON CONFLICT DO NOTHING;

    IF NOT FOUND OR NOT v_partition THEN
        RETURN;
    END IF;

    -- The check lets ATTACH trust the new table without reading it.
    EXECUTE format(
        'CREATE TABLE /* schema */%I (
            LIKE /* schema */job INCLUDING DEFAULTS,
            PRIMARY KEY (name, id),
            CONSTRAINT cjc CHECK (name = %L))',
        v_table, p_name);
    PERFORM /* schema */jobs_dress_table(v_table, p_options ->> 'policy');
    EXECUTE format('ALTER TABLE /* schema */job ATTACH PARTITION /* schema */%I FOR VALUES IN (%L)', v_table, p_name);
END
$create$;

-- Removes a queue with its jobs. One that other queues name as their dead letter queue stays (23503).
CREATE OR REPLACE FUNCTION /* schema */jobs_delete_queue(p_name text) RETURNS void
LANGUAGE plpgsql AS $delete$
DECLARE
    v_queue record;
BEGIN
    SELECT table_name, partition INTO v_queue FROM /* schema */queue WHERE name = p_name;
    IF v_queue.partition THEN
        EXECUTE format('DROP TABLE IF EXISTS /* schema */%I', v_queue.table_name);
    ELSE
        -- A queue that is not there has no table name, which format refuses: so is the caller told.
        EXECUTE format('DELETE FROM /* schema */%I WHERE name = $1', v_queue.table_name) USING p_name;
    END IF;
    DELETE FROM /* schema */queue WHERE name = p_name;
END
$delete$;

-- The tables that a command written for the job table is meant for: the queue's, else the one named, else all.
CREATE OR REPLACE FUNCTION /* schema */jobs_target_tables(p_table text, p_queue text)
RETURNS TABLE (target text, queue text)
LANGUAGE plpgsql STABLE AS $targets$
DECLARE
    v_table text := p_table;
BEGIN
    IF p_queue IS NOT NULL THEN
        SELECT q.table_name INTO v_table FROM /* schema */queue q WHERE q.name = p_queue;
    END IF;
    IF v_table IS NOT NULL THEN
        RETURN QUERY SELECT v_table, p_queue;
    ELSE
        RETURN QUERY SELECT 'job_common', NULL::text;
        RETURN QUERY SELECT q.table_name, q.name FROM /* schema */queue q WHERE q.partition ORDER BY q.name;
    END IF;
END
$targets$;

-- Rewrites a command written for the job table (and its indexes, job_i1 and so on) for one leaf.
CREATE FUNCTION /* schema */job_table_format(command text, table_name text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN format(
    regexp_replace(
        regexp_replace(command, '\.job\y', '.%1$I', 'g'),
        '\yjob_i([0-9]+)', '%1$s_i\1', 'g'),
    table_name);

-- Runs a command written for the job table on the leaves it is meant for.
CREATE OR REPLACE FUNCTION /* schema */jobs_run_on_tables(p_command text, p_table text, p_queue text) RETURNS void
LANGUAGE plpgsql AS $run$
DECLARE
    v_target text;
BEGIN
    FOR v_target IN SELECT t.target FROM /* schema */jobs_target_tables(p_table, p_queue) t LOOP
        EXECUTE /* schema */job_table_format(p_command, v_target);
    END LOOP;
END
$run$;

-- The same, left in the table bam for pg-boss to run later, one row a leaf.
CREATE OR REPLACE FUNCTION /* schema */jobs_run_on_tables_later(
    p_name text, p_version int, p_command text, p_table text, p_queue text) RETURNS void
LANGUAGE plpgsql AS $later$
DECLARE
    v_leaf record;
BEGIN
    -- A loop, so that each row has a later creation time than the one before.
    FOR v_leaf IN SELECT t.target, t.queue FROM /* schema */jobs_target_tables(p_table, p_queue) t LOOP
        INSERT INTO /* schema */bam (name, version, status, queue, table_name, command)
        VALUES (p_name, p_version, 'pending', v_leaf.queue, v_leaf.target,
            /* schema */job_table_format(p_command, v_leaf.target));
    END LOOP;
END
$later$;

CREATE FUNCTION /* schema */create_queue(queue_name text, options jsonb) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT /* schema */jobs_create_queue(queue_name, options);
END;

CREATE FUNCTION /* schema */delete_queue(queue_name text) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT /* schema */jobs_delete_queue(queue_name);
END;

CREATE FUNCTION /* schema */job_table_run(command text, tbl_name text DEFAULT NULL, queue_name text DEFAULT NULL)
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT /* schema */jobs_run_on_tables(command, tbl_name, queue_name);
END;

CREATE FUNCTION /* schema */job_table_run_async(
    command_name text, version int, command text, tbl_name text DEFAULT NULL, queue_name text DEFAULT NULL)
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    SELECT /* schema */jobs_run_on_tables_later(command_name, version, command, tbl_name, queue_name);
END;

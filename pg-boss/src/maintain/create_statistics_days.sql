-- create_statistics_days: the tables of the queue statistics of today and tomorrow (UTC), where they are not there.
-- Asked for first, since making one locks all statistics; that another process makes it meanwhile is as good.
-- Locks: queue_stats, if a day is missing. Called by Store::create_statistics_days.
DO $days$
DECLARE
    v_day date;
    v_table text;
BEGIN
    FOR v_day IN
        SELECT (/* schema */job_now() AT TIME ZONE 'UTC')::date + ahead FROM generate_series(0, 1) AS ahead
    LOOP
        v_table := 'queue_stats_' || to_char(v_day, 'YYYYMMDD');
        IF to_regclass(format('/* schema */%I', v_table)) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS /* schema */%I PARTITION OF /* schema */queue_stats
                    FOR VALUES FROM (%L) TO (%L)',
                v_table, v_day || ' 00:00:00+00', (v_day + 1) || ' 00:00:00+00');
        END IF;
    END LOOP;
EXCEPTION
    WHEN duplicate_table OR unique_violation THEN NULL;
END
$days$

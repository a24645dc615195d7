-- first_rows: the daily tables of queue statistics for today and tomorrow (UTC), and the version row.
-- Caller: install, in its one transaction, last: the version row says that all the rest is there.

DO $days$
DECLARE
    v_day date;
BEGIN
    FOR v_day IN SELECT (now() AT TIME ZONE 'UTC')::date + ahead FROM generate_series(0, 1) AS ahead LOOP
        EXECUTE format(
            'CREATE TABLE /* schema */%I PARTITION OF /* schema */queue_stats
                FOR VALUES FROM (%L) TO (%L)',
            'queue_stats_' || to_char(v_day, 'YYYYMMDD'),
            v_day || ' 00:00:00+00', (v_day + 1) || ' 00:00:00+00');
    END LOOP;
END
$days$;

INSERT INTO /* schema */version (version) VALUES (46);

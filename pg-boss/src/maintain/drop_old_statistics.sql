-- drop_old_statistics: drops the tables of the queue statistics of days (UTC) that were kept long enough (keep_statistics).
-- Locks: queue_stats, if there is such a day. Called by Store::drop_old_statistics.
DO $days$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN
        SELECT c.relname
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = '/* schema */queue_stats'::regclass
           AND c.relname ~ '^queue_stats_\d{8}$'
           AND to_date(right(c.relname, 8), 'YYYYMMDD')
                   < (/* schema */job_now() AT TIME ZONE 'UTC')::date - current_setting('jobs.statistics_days')::int
         ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE IF EXISTS /* schema */%I', v_table);
    END LOOP;
END
$days$

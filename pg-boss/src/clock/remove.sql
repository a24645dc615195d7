-- remove: the schema has the time of the server again.
-- Locks: under the advisory lock `test-clock`; the table of the clock. Called by Store::remove_clock, in its transaction.
CREATE OR REPLACE FUNCTION /* schema */job_now() RETURNS timestamptz
LANGUAGE sql STABLE RETURN pg_catalog.now();

DROP TABLE IF EXISTS /* schema */__pgboss_test_clock;

-- install: gives the schema a clock that does not run, in the form of pg-boss 12.38's TestClock, so that both may move it. It
-- begins at the present time; one that is there already is left unchanged.
-- Locks: under the advisory lock `test-clock`. Called by Store::move_clock, in its transaction.
CREATE TABLE IF NOT EXISTS /* schema */__pgboss_test_clock (now timestamptz NOT NULL);

INSERT INTO /* schema */__pgboss_test_clock (now)
SELECT pg_catalog.now()
 WHERE NOT EXISTS (SELECT FROM /* schema */__pgboss_test_clock);

-- A text, as a body that is parsed now would keep Node from dropping the table.
CREATE OR REPLACE FUNCTION /* schema */job_now() RETURNS timestamptz
LANGUAGE sql STABLE AS $clock$
    SELECT CASE current_setting('pgboss.test_clock', true)
           WHEN 'on' THEN coalesce((SELECT max(standing.now) FROM /* schema */__pgboss_test_clock standing), pg_catalog.now())
           ELSE pg_catalog.now() END
$clock$;

-- clock_may_move: whether there is a test clock already, or no queue is older than a day by the server's time: then the schema is
-- hardly one at work.   $1 schema
-- Locks: none. Called by Store::clock_may_move.
SELECT EXISTS (
           SELECT FROM pg_catalog.pg_class c
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = '__pgboss_test_clock')
    OR NOT EXISTS (SELECT FROM /* schema */queue q WHERE q.created_on < pg_catalog.now() - interval '1 day')

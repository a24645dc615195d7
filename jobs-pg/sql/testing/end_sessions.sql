-- end_sessions: ends the sessions of an executor of a test, which may be within transactions.   $1 their application name
-- Locks: none. Called by TestSchema::remove.
SELECT count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity WHERE application_name = $1

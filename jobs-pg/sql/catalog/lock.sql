-- lock: waits for a lock that all processes on the schema share; it is held until the transaction ends.
-- $1 key   Caller: install, sweeps. The bounds are pg-boss's: nobody holds or awaits such a lock for longer.
SELECT set_config('lock_timeout', '30s', true),
       set_config('idle_in_transaction_session_timeout', '30s', true),
       pg_advisory_xact_lock($1)::text

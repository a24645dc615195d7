-- limit_waits: this transaction waits for no lock, and for no client, longer than pg-boss allows itself.
-- Called by Store::begin_locked.
SELECT set_config('lock_timeout', '30s', true), set_config('idle_in_transaction_session_timeout', '30s', true)

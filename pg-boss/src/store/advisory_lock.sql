-- advisory_lock: waits for a lock that all programs on this schema share, until the transaction ends.   $1 key
-- Called by Store::begin_locked.
SELECT pg_advisory_xact_lock($1)

-- is_idle: whether this connection is outside of any transaction.   Caller: the pool of the users' connections.
SELECT now() = statement_timestamp()

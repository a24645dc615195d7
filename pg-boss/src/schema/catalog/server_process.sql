-- server_process: the process of the server that runs this statement.   Caller: connect.
SELECT pg_backend_pid()

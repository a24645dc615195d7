-- server: what the server is, and which database we are in.   Caller: check.
SELECT current_setting('server_version_num')::int AS version_num,
       current_setting('server_version') AS version,
       current_database()::text AS database

-- schema_exists: whether the schema is there, with or without tables.   $1 schema   Caller: install.
SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)

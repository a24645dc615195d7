-- hold_schema: marks the schema of a test as in use for as long as this session lasts.   $1 schema
-- Locks: an advisory lock of the schema's name, until the session ends. Called by TestSchema::hold.
SELECT pg_advisory_lock(hashtextextended($1, 0))

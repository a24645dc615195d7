-- find_version: the version of our own schema.
-- Locks: none. Called by Store::own and Store::own_if_current.
SELECT v.major, v.migration FROM /* own */jobs_version v

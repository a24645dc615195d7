-- empty_jobs: removes every job of every queue at once. Waits for all who use the table, and they for it.
-- Locks: the table and its partitions, exclusively. Called by Store::empty_jobs.
TRUNCATE /* schema */job

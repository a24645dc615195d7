-- lock_jobs: holds the job tables for the removal of one of them; raises 55P03 if anybody uses them. Not waiting keeps it out
-- of every deadlock.
-- Locks: the job table and its partitions, exclusively, until the transaction ends. Called by Store::delete_queue.
LOCK TABLE /* schema */job IN ACCESS EXCLUSIVE MODE NOWAIT

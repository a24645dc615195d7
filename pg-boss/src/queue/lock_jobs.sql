-- lock_jobs: holds the job tables for the removal of one of them, and the table of queues, which a foreign key of that one
-- names; raises 55P03 if anybody uses them. Not waiting for any of them keeps it out of every deadlock.
-- Locks: the tables and the partitions of jobs, exclusively, until the transaction ends. Called by Store::delete_queue.
LOCK TABLE /* schema */queue, /* schema */job IN ACCESS EXCLUSIVE MODE NOWAIT

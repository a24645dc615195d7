-- lock_jobs: holds the job tables for the removal of one of them, and the table of queues, which a foreign key of that one
-- names; raises 55P03 if others use them for longer than wait_briefly allows, which is less than the deadlock_timeout of
-- Postgres: this gives up before it is in a deadlock.
-- Locks: the tables and the partitions of jobs, exclusively, until the transaction ends. Called by Store::delete_queue.
LOCK TABLE /* schema */queue, /* schema */job IN ACCESS EXCLUSIVE MODE

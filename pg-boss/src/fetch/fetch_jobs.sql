-- fetch_jobs: takes due jobs of many queues and marks them active. For queues whose policy does not look at active jobs.
--   $1 queues  $2 how many of each  $3 how many in all  $4 the mark of the worker, in microseconds
-- The jobs come in no order. The retry count moves here, and only for a job that was begun before.
-- The heartbeat is ahead of the start by the mark of the worker: until its first heartbeat it tells a job whose fetch was never
-- answered (take_back_jobs).
-- Locks: the taken rows; rows that another transaction has locked are skipped. Called by Store::fetch_together.
WITH due AS MATERIALIZED (
    SELECT next.name, next.id
      FROM unnest($1::text[], $2::int[]) AS wanted(name, slots)
     CROSS JOIN LATERAL (
           SELECT j.name, j.id
             FROM /* schema */job j
            WHERE j.name = wanted.name
              AND j.state < 'active'
              AND NOT j.blocked
              AND j.start_after <= /* schema */job_now()
            ORDER BY j.priority DESC, j.created_on
            LIMIT wanted.slots
              FOR UPDATE SKIP LOCKED) next
     LIMIT $3
)
UPDATE /* schema */job j
   SET state = 'active',
       started_on = /* schema */job_now(),
       heartbeat_on = /* schema */job_now() + $4::int * interval '1 microsecond',
       retry_count = CASE WHEN j.started_on IS NULL THEN j.retry_count ELSE least(j.retry_count, 2147483646) + 1 END
  FROM due
 WHERE j.name = due.name
   AND j.id = due.id
RETURNING j.name, j.id, j.data::text AS data, j.priority, j.retry_count, j.retry_limit, j.expire_seconds,
          j.heartbeat_seconds,
          j.created_on, j.start_after, j.started_on, j.singleton_key

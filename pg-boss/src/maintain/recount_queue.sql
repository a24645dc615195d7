-- recount_queue: counts the ended jobs of a queue afresh, after some were removed.   $1 queue
-- Locks: the queue row, which the caller holds already (lock_queues). Called by Store::recount_queue.
WITH window_end AS (
    SELECT /* schema */job_now() - interval '10 seconds' AS at
), counted AS (
    SELECT count(*) AS total,
           count(*) FILTER (WHERE j.state IN ('completed', 'cancelled') AND j.completed_on <= w.at) AS retained
      FROM /* schema */job j
     CROSS JOIN window_end w
     WHERE j.name = $1
)
UPDATE /* schema */queue q
   SET total_count = counted.total,
       retained_count = counted.retained,
       retained_on = w.at
  FROM counted
 CROSS JOIN window_end w
 WHERE q.name = $1

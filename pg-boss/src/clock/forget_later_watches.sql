-- forget_later_watches: queues that were watched or tidied later than now are to be looked at: the test clock was put back.
-- Locks: the queue rows, in order of name. Called by Store::move_clock, in its transaction.
WITH held AS (
    SELECT q.name
      FROM /* schema */queue q
     ORDER BY q.name
       FOR NO KEY UPDATE
)
UPDATE /* schema */queue q
   SET monitor_on = CASE WHEN q.monitor_on <= /* schema */job_now() THEN q.monitor_on END,
       maintain_on = CASE WHEN q.maintain_on <= /* schema */job_now() THEN q.maintain_on END,
       monitor_claim_on = CASE WHEN q.monitor_claim_on <= /* schema */job_now() THEN q.monitor_claim_on END
  FROM held
 WHERE q.name = held.name

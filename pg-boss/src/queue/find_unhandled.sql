-- find_unhandled: queues with due jobs that are none of these, and where jobs do not merely come to rest (dead letters).
--   $1 the queues for which this program has a function
-- Locks: none. Called by Store::find_unhandled.
SELECT q.name
  FROM /* schema */queue q
 WHERE q.name <> ALL ($1)
   AND NOT starts_with(q.name, '__pgboss__')
   AND NOT EXISTS (SELECT FROM /* schema */queue source WHERE source.dead_letter = q.name)
   AND EXISTS (
       SELECT FROM /* schema */job j
        WHERE j.name = q.name
          AND j.state < 'active'
          AND NOT j.blocked
          AND j.start_after <= /* schema */job_now())
 ORDER BY q.name

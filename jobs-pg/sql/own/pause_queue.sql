-- pause_queue: workers of this library fetch nothing from this queue, until it is resumed.   $1 queue  $2 channel that says so
-- Returns the queue, if there is such a one.
-- Locks: the row. Called by Store::set_paused.
WITH paused AS (
    INSERT INTO /* own */paused_queue AS p (name, paused_on)
    SELECT q.name, now()
      FROM /* schema */queue q
     WHERE q.name = $1
        ON CONFLICT (name) DO UPDATE
       SET paused_on = excluded.paused_on
           -- The row is that of an earlier queue of this name, which was deleted.
     WHERE p.paused_on < (SELECT q.created_on FROM /* schema */queue q WHERE q.name = p.name)
)
SELECT q.name
  FROM /* schema */queue q
 CROSS JOIN LATERAL pg_notify($2, 'paused')
 WHERE q.name = $1

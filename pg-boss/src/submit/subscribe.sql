-- subscribe: what is published under an event goes to a queue too.   $1 event  $2 queue
-- Without the queue nothing happens.
-- Locks: the row; the queue's row for key share. Called by Store::subscribe.
INSERT INTO /* schema */subscription (event, name, created_on, updated_on)
SELECT $1, name, /* schema */job_now(), /* schema */job_now()
  FROM /* schema */queue
 WHERE name = $2
    ON CONFLICT (event, name) DO UPDATE
   SET updated_on = excluded.updated_on

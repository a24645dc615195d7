-- subscribe: what is published under an event goes to a queue too.   $1 event  $2 queue
-- Locks: the row; the queue's row for key share. Called by Store::subscribe.
INSERT INTO /* schema */subscription (event, name, created_on, updated_on)
VALUES ($1, $2, /* schema */job_now(), /* schema */job_now())
    ON CONFLICT (event, name) DO UPDATE
   SET updated_on = excluded.updated_on

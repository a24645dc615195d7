-- record_import: remembers an import as an ended job that is never deleted, so that a later one does not bring back what
-- was imported, has run and was deleted since.
--   $1 queue of the imports  $2 old schema  $3 its version  $4 when the newest row was made that was seen
-- Locks: the row; the queue's row for key share. Called by Importing::record_import.
INSERT INTO /* schema */job AS j (
       id, name, state, policy, data, singleton_key, deletion_seconds, created_on, start_after, started_on, completed_on)
VALUES (md5($2::text)::uuid, $1, 'completed', 'standard',
        jsonb_build_object('schema', $2::text, 'version', $3::int, 'newest', $4::timestamptz), $2, 0,
        /* schema */job_now(), /* schema */job_now(), /* schema */job_now(), /* schema */job_now())
    ON CONFLICT (name, id) DO UPDATE
   SET data = excluded.data, completed_on = excluded.completed_on

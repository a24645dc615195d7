-- create_queues: makes queues, one after the other; existing ones are left unchanged.
--   Arrays of equal length: $1 name  $2 options in pg-boss's spelling
-- Locks: under the advisory lock `create-queue`; a partition locks the job table. Called by Store::insert_queues.
SELECT /* schema */create_queue(wanted.name, wanted.options)
  FROM unnest($1::text[], $2::jsonb[]) AS wanted(name, options)

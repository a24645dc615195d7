-- create_queues: makes queues, one after the other; existing ones are left unchanged. Gives for each the policy and the partition that
-- it had before, null if it is new: the function's own changes are not seen by the rest of the statement.
--   Arrays of equal length: $1 name  $2 options in pg-boss's spelling
-- Locks: under the advisory lock `create-queue`; a partition locks the job table. Called by Store::insert_queues.
SELECT (SELECT jsonb_build_object('policy', q.policy, 'partition', q.partition)
          FROM /* schema */queue q
         WHERE q.name = wanted.name),
       /* schema */create_queue(wanted.name, wanted.options)
  FROM unnest($1::text[], $2::jsonb[]) AS wanted(name, options)

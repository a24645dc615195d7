-- fetch_one_queue: as fetch_jobs, for one queue, with every condition that a fetch may have.
--   $1 queue  $2 how many  $3 whether what is not due yet is taken too  $4, $5 lowest and highest priority, or null
--   $6 groups that are passed over  $7 how many jobs of one group may be active, or null  $8 the same by tier, a JSON object
--   $9 the mark of the worker, as in fetch_jobs; 0 for a fetch by hand
-- Of a queue whose policy looks at active jobs (singleton, stately, key_strict_fifo) comes at most one job of a key, and
-- none whose key is held. Dead letters, which have no policy, wait too, but hold no key (pg-boss 12.38); in a strict queue,
-- where Node never takes them, they are free. A key that is null is the empty one. Of a group come at most as many as it has
-- room for, the most urgent first.
-- The candidates are twenty times as many as are wanted, so that others come when many of one key or group come first.
-- If there were as many as that, has_more is true: there may be others behind them. Keys and groups that have no room are no
-- candidates, so the next fetch gets further.
-- Two fetchers may race for one key: the unique index then refuses one of them (23505), which means "nothing this time".
-- Two may race for the room of a group, unless they wait for each other (Store::fetch_alone does).
-- Locks: the taken rows; rows that another transaction has locked are skipped. Called by Store::fetch_one_queue and Store::fetch_alone.
WITH line AS MATERIALIZED (
    SELECT q.policy
      FROM /* schema */queue q
     WHERE q.name = $1
), held AS MATERIALIZED (
    -- Arms of their own, each with its partial index; those of other policies than the queue's are not run.
    SELECT coalesce(j.singleton_key, '') AS key
      FROM /* schema */job j
     WHERE (SELECT policy FROM line) = 'singleton'
       AND j.name = $1
       AND j.policy = 'singleton'
       AND j.state = 'active'
     UNION ALL
    SELECT coalesce(j.singleton_key, '')
      FROM /* schema */job j
     WHERE (SELECT policy FROM line) = 'stately'
       AND j.name = $1
       AND j.policy = 'stately'
       AND j.state = 'active'
     UNION ALL
    SELECT coalesce(j.singleton_key, '')
      FROM /* schema */job j
     WHERE (SELECT policy FROM line) = 'key_strict_fifo'
       AND j.name = $1
       AND j.policy = 'key_strict_fifo'
       AND j.state IN ('active', 'retry', 'failed')
), busy AS MATERIALIZED (
    SELECT coalesce(jsonb_object_agg(g.id, g.active), '{}') AS groups
      FROM (SELECT j.group_id AS id, count(*) AS active
              FROM /* schema */job j
             WHERE ($7::int IS NOT NULL OR $8::jsonb <> '{}')
               AND j.name = $1
               AND j.state = 'active'
               AND j.group_id IS NOT NULL
             GROUP BY j.group_id) g
), candidates AS MATERIALIZED (
    SELECT j.id, j.priority, j.created_on, rules.is_keyed, coalesce(j.singleton_key, '') AS key, rules.room,
           j.group_id
      FROM /* schema */job j
     CROSS JOIN LATERAL (
           SELECT (SELECT coalesce(policy IN ('singleton', 'stately'), false) FROM line)
                  OR coalesce(j.policy = 'key_strict_fifo', false) AS is_keyed,
                  -- How many more of its group may go; null is any number.
                  CASE WHEN j.group_id IS NOT NULL
                       THEN coalesce(($8::jsonb ->> j.group_tier)::int, $7::int)
                            - coalesce(((SELECT groups FROM busy) ->> j.group_id)::int, 0)
                  END AS room) rules
     WHERE j.name = $1
       AND j.state < 'active'
       AND NOT j.blocked
       AND ($3 OR j.start_after <= /* schema */job_now())
       AND j.priority BETWEEN coalesce($4::int, -2147483648) AND coalesce($5::int, 2147483647)
       AND (j.group_id IS NULL OR j.group_id <> ALL ($6::text[]))
       AND coalesce(rules.room, 1) > 0
       AND (NOT rules.is_keyed
            OR coalesce(j.singleton_key, '') NOT IN (SELECT key FROM held)
            -- A strict key is held by its own retry.
            OR j.policy = 'key_strict_fifo' AND j.state = 'retry')
       -- Of the waiting jobs of a strict key only the first may go.
       AND (j.policy IS DISTINCT FROM 'key_strict_fifo'
            OR j.state = 'retry'
            OR NOT EXISTS (
               SELECT FROM /* schema */job sooner
                WHERE sooner.name = $1
                  AND sooner.policy = 'key_strict_fifo'
                  AND sooner.singleton_key = j.singleton_key
                  AND sooner.state = 'created'
                  AND NOT sooner.blocked
                  AND ($3 OR sooner.start_after <= /* schema */job_now())
                  AND (sooner.created_on, sooner.id) < (j.created_on, j.id)))
     ORDER BY j.priority DESC, j.created_on
     LIMIT 20 * $2::bigint
), ranked AS (
    SELECT c.*,
           row_number() OVER (PARTITION BY c.is_keyed, c.key ORDER BY c.priority DESC, c.created_on, c.id) AS of_key,
           row_number() OVER (PARTITION BY c.group_id ORDER BY c.priority DESC, c.created_on, c.id) AS of_group
      FROM candidates c
), due AS MATERIALIZED (
    SELECT free.id
      FROM (SELECT r.id
              FROM ranked r
             WHERE (NOT r.is_keyed OR r.of_key = 1)
               AND coalesce(r.of_group <= r.room, true)
             ORDER BY r.priority DESC, r.created_on, r.id) next
     CROSS JOIN LATERAL (
           -- Another worker may have taken it since the candidates were read.
           SELECT j.id
             FROM /* schema */job j
            WHERE j.name = $1
              AND j.id = next.id
              AND j.state < 'active'
              AND ($3 OR j.start_after <= /* schema */job_now())
              FOR UPDATE SKIP LOCKED) free
     LIMIT $2
)
UPDATE /* schema */job j
   SET state = 'active',
       started_on = /* schema */job_now(),
       heartbeat_on = /* schema */job_now() + $9::int * interval '1 microsecond',
       retry_count = CASE WHEN j.started_on IS NULL THEN j.retry_count ELSE least(j.retry_count, 2147483646) + 1 END
  FROM due
 WHERE j.name = $1
   AND j.id = due.id
RETURNING j.name, j.id, j.data::text AS data, j.priority, j.retry_count, j.retry_limit, j.expire_seconds,
          j.heartbeat_seconds,
          j.created_on, j.start_after, j.started_on, j.singleton_key,
          (SELECT count(*) FROM candidates) = 20 * $2::bigint AS has_more

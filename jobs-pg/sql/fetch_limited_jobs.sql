-- fetch_limited_jobs: as fetch_jobs, for one queue whose policy looks at active jobs (singleton, stately,
-- key_strict_fifo): at most one job of a key, and none whose key is held.
--   $1 queue  $2 how many
-- Two fetchers may race for one key: the unique index then refuses one of them (23505), which means "nothing this time".
-- Locks: the candidates; rows that somebody else holds are passed over. Called by Store::fetch.
WITH candidates AS MATERIALIZED (
    SELECT j.id, coalesce(j.singleton_key, '') AS key, j.state, j.priority, j.created_on
      FROM /* schema */job j
     WHERE j.name = $1
       AND j.state < 'active'/* if job.blocked */
       AND NOT j.blocked/* end */
       AND j.start_after <= /* schema */job_now()
       AND NOT EXISTS (
           SELECT FROM /* schema */job held
            WHERE held.name = $1
              AND held.id <> j.id
              AND held.policy = j.policy
              AND coalesce(held.singleton_key, '') = coalesce(j.singleton_key, '')
              AND (held.state = 'active'
                   OR j.policy = 'key_strict_fifo' AND held.state IN ('retry', 'failed')
                   -- Of the waiting jobs of a strict key only the first may go.
                   OR j.policy = 'key_strict_fifo' AND held.state = j.state/* if job.blocked */
                      AND NOT held.blocked/* end */
                      AND held.start_after <= /* schema */job_now()
                      AND (held.created_on, held.id) < (j.created_on, j.id)))
     ORDER BY j.priority DESC, j.created_on
     LIMIT $2
       FOR UPDATE SKIP LOCKED
), due AS (
    SELECT DISTINCT ON (key) id
      FROM candidates
     ORDER BY key, priority DESC, created_on, id
)
UPDATE /* schema */job j
   SET state = 'active',
       started_on = /* schema */job_now()/* if job.heartbeat_on */,
       heartbeat_on = /* schema */job_now()/* end */,
       retry_count = j.retry_count + CASE WHEN j.started_on IS NULL THEN 0 ELSE 1 END
  FROM due
 WHERE j.name = $1
   AND j.id = due.id
RETURNING j.name, j.id, j.data::text AS data, j.priority, j.retry_count, j.retry_limit, j.expire_seconds,
          /* if job.heartbeat_seconds */j.heartbeat_seconds/* else NULL::int */ AS heartbeat_seconds,
          j.created_on, j.start_after, j.started_on, j.singleton_key

-- explain_job: what keeps a job from running, or what became of it.   $1 id
-- An id is unique within a queue: of several jobs, one that has not ended comes first.
-- Holders are the jobs of the same key that keep it waiting by the policy of its queue, as fetch_one_queue has it; of those, of
-- the active jobs of its group and of its parents at most a hundred each are given.
-- Locks: none. Called by Store::explain.
SELECT j.name, j.state::text AS state, q.policy, j.group_id, j.group_tier, j.retry_count, j.retry_limit, j.start_after, j.started_on,
       j.completed_on, CASE WHEN j.state IN ('failed', 'cancelled') THEN j.output END AS output,
       j.start_after > /* schema */job_now() AS is_early, j.blocked,
       ARRAY(SELECT jsonb_build_object('name', d.parent_name, 'id', d.parent_id, 'state', p.state)
               FROM /* schema */job_dependency d
               LEFT JOIN /* schema */job p ON p.name = d.parent_name AND p.id = d.parent_id
              WHERE d.child_name = j.name
                AND d.child_id = j.id
                AND p.state IS DISTINCT FROM 'completed'
              ORDER BY d.parent_name, d.parent_id
              LIMIT 100) AS parents,
       ARRAY(SELECT h.id
               FROM /* schema */job h
              WHERE h.name = j.name
                AND h.id <> j.id
                AND h.policy = q.policy
                AND coalesce(h.singleton_key, '') = coalesce(j.singleton_key, '')
                AND CASE q.policy
                    WHEN 'singleton' THEN h.state = 'active'
                    WHEN 'stately' THEN h.state = 'active'
                    WHEN 'key_strict_fifo' THEN
                         j.policy = 'key_strict_fifo'
                         AND j.state = 'created'
                         AND (h.state IN ('active', 'retry', 'failed')
                              OR h.state = 'created' AND NOT h.blocked AND h.start_after <= /* schema */job_now()
                                 AND (h.created_on, h.id) < (j.created_on, j.id))
                    ELSE false
                    END
              ORDER BY h.created_on, h.id
              LIMIT 100) AS holders,
       ARRAY(SELECT h.id
               FROM /* schema */job h
              WHERE h.name = j.name
                AND h.group_id = j.group_id
                AND h.state = 'active'
              ORDER BY h.started_on, h.id
              LIMIT 100) AS active_in_group,
       (SELECT count(*)
          FROM /* schema */job h
         WHERE h.name = j.name
           AND h.group_id = j.group_id
           AND h.state = 'active') AS group_size,
       (SELECT count(*)
          FROM (SELECT
                  FROM /* schema */job h
                 WHERE h.name = j.name
                   AND h.state < 'active'
                   AND NOT h.blocked
                   AND h.start_after <= /* schema */job_now()
                   AND (h.priority > j.priority
                        OR h.priority = j.priority AND (h.created_on, h.id) < (j.created_on, j.id))
                 LIMIT 100000) h) AS ahead,
       seen.is_live, seen.heartbeat_on AS worker_seen_on
  FROM /* schema */queue q
 CROSS JOIN LATERAL (
       SELECT j.id, j.name, j.state, j.policy, j.group_id, j.group_tier, j.retry_count, j.retry_limit, j.start_after, j.started_on,
              j.completed_on, j.output, j.blocked, j.singleton_key, j.priority, j.created_on
         FROM /* schema */job j
        WHERE j.name = q.name
          AND j.id = $1) j
 CROSS JOIN LATERAL (
       SELECT max(i.heartbeat_on) AS heartbeat_on,
              coalesce(bool_or(i.stopped_on IS NULL
                  AND i.heartbeat_on >= /* schema */job_now() - 3 * make_interval(secs => i.heartbeat_seconds)), false) AS is_live
         FROM /* schema */instance i
        WHERE i.workers @> jsonb_build_array(jsonb_build_object('queue', q.name))) seen
 ORDER BY j.state > 'active', q.name
 LIMIT 1

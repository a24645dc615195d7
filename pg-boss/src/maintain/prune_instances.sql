-- prune_instances: removes instances without a heartbeat for a week, and those that have ended or are silent beyond the
-- newest: 20 of one name, 1000 in all.   $1 the name, or null for no bound on one name
-- Locks: the rows; rows that another transaction has locked are skipped. Called by Store::prune_instances.
WITH dead AS (
    SELECT i.id, i.heartbeat_on,
           row_number() OVER (ORDER BY i.started_on DESC, i.id DESC) AS newest,
           CASE WHEN i.name = $1 THEN row_number() OVER (PARTITION BY i.name ORDER BY i.started_on DESC, i.id DESC)
           END AS newest_of_name
      FROM /* schema */instance i
     WHERE i.stopped_on IS NOT NULL
        OR i.heartbeat_on < /* schema */job_now() - 3 * make_interval(secs => i.heartbeat_seconds)
)
DELETE FROM /* schema */instance
 WHERE id IN (
       SELECT i.id
         FROM /* schema */instance i
        WHERE i.id IN (SELECT d.id FROM dead d WHERE d.newest > 1000 OR d.newest_of_name > 20)
           OR i.heartbeat_on < /* schema */job_now() - interval '7 days'
          FOR UPDATE SKIP LOCKED)

-- find_instances: the instances that were entered, the oldest first. One is live that has not ended and has given a sign of
-- life within the time of three.   $1 how many at most
-- Locks: none. Called by Store::find_instances.
SELECT i.id, i.name, i.host, i.pid, i.version, i.node_version, i.application_name, i.heartbeat_seconds, i.supervise,
       i.schedule, i.migrate, i.persist_queue_stats, i.persist_warnings, i.pool_max, i.pool_total, i.pool_idle,
       i.pool_waiting, i.workers, i.metrics, i.config, i.crash_restarts, i.crash_restarts_since, i.started_on,
       i.heartbeat_on, i.stopped_on,
       i.stopped_on IS NULL
           AND i.heartbeat_on >= /* schema */job_now() - 3 * make_interval(secs => i.heartbeat_seconds) AS live
  FROM /* schema */instance i
 ORDER BY i.started_on, i.id
 LIMIT $1

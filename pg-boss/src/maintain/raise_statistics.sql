-- raise_statistics: adds to the statistics of the last hour the jobs that were written too late for the count of their span,
-- by the rules of pg-boss 12.38. A span runs from the end of the one before it to its own end. None is counted again of which
-- jobs may have been removed since, and none is lowered.   $1 queues
-- Locks: the rows that fall short. The caller holds the advisory lock `queue-stats`, under which pg-boss does this too.
-- Called by Store::raise_statistics.
WITH reached AS (
    SELECT s.id, s.name, s.captured_on, s.delta_on,
           s.created_delta + s.completed_delta + s.failed_delta AS counted,
           -- Before this it is too late, or counting began afresh there.
           coalesce(
               max(s.delta_on) FILTER (
                   WHERE s.delta_on <= /* schema */job_now() - interval '1 hour' OR s.delta_seconds IS NULL) OVER of_queue,
               min(s.delta_on) OVER of_queue) AS settled,
           min(s.delta_on) FILTER (
               WHERE s.delta_on >= /* schema */job_now() - make_interval(
                   secs => least(q.retention_seconds, nullif(q.deletion_seconds, 0)))) OVER of_queue AS complete
      FROM /* schema */queue_stats s
      JOIN /* schema */queue q ON q.name = s.name
     WHERE s.name = ANY ($1)
       AND s.captured_on >= /* schema */job_now() - interval '2 hours'
       AND s.delta_on IS NOT NULL
    WINDOW of_queue AS (PARTITION BY s.name)
), open AS (
    SELECT r.*, greatest(r.settled, r.complete) AS first
      FROM reached r
     WHERE r.delta_on > greatest(r.settled, r.complete)
       AND r.complete IS NOT NULL
), short AS (
    SELECT o.name
      FROM (SELECT name, first, max(delta_on) AS last, sum(counted) AS counted FROM open GROUP BY name, first) o
     WHERE o.counted <
           (SELECT count(*) FROM /* schema */job j
             WHERE j.name = o.name AND j.created_on >= o.first AND j.created_on < o.last)
         + (SELECT count(*) FROM /* schema */job j
             WHERE j.name = o.name AND j.completed_on >= o.first AND j.completed_on < o.last
               AND j.state IN ('completed', 'failed'))
), spans AS (
    SELECT o.id, o.name, o.captured_on, o.delta_on AS until,
           coalesce(lag(o.delta_on) OVER (PARTITION BY o.name ORDER BY o.delta_on, o.captured_on), o.first) AS since
      FROM open o
     WHERE o.name IN (SELECT short.name FROM short)
), recounted AS (
    SELECT s.id, s.captured_on, created.jobs AS created, ended.completed, ended.failed
      FROM spans s
     CROSS JOIN LATERAL (
           SELECT count(*) AS jobs
             FROM /* schema */job j
            WHERE j.name = s.name AND j.created_on >= s.since AND j.created_on < s.until) created
     CROSS JOIN LATERAL (
           SELECT count(*) FILTER (WHERE j.state = 'completed') AS completed,
                  count(*) FILTER (WHERE j.state = 'failed') AS failed
             FROM /* schema */job j
            WHERE j.name = s.name AND j.completed_on >= s.since AND j.completed_on < s.until
              AND j.state IN ('completed', 'failed')) ended
)
UPDATE /* schema */queue_stats s
   SET created_delta = greatest(s.created_delta, r.created),
       completed_delta = greatest(s.completed_delta, r.completed),
       failed_delta = greatest(s.failed_delta, r.failed)
  FROM recounted r
 WHERE s.id = r.id
   AND s.captured_on = r.captured_on
   AND (r.created > s.created_delta OR r.completed > s.completed_delta OR r.failed > s.failed_delta)

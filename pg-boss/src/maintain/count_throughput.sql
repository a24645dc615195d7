-- count_throughput: counts the jobs that came to queues and ended there since the last such count, and how long they waited
-- and ran, by the rules of pg-boss 12.38. The span ends ten seconds ago, later than any transaction that may still write an
-- earlier time. A queue that was not counted for long begins afresh, so that no one span stands for hours.
--   $1 names  $2 after how many seconds a queue begins afresh
-- Locks: the queue rows, which the caller holds already (lock_queues). Called by Store::count_queues.
WITH spans AS (
    SELECT q.name,
           CASE WHEN q.delta_on > w.at - make_interval(secs => $2) THEN q.delta_on END AS since,
           w.at AS until
      FROM /* schema */queue q
     CROSS JOIN (SELECT /* schema */job_now() - interval '10 seconds' AS at) w
     WHERE q.name = ANY ($1)
), created AS (
    SELECT s.name, count(*) AS jobs
      FROM spans s
      JOIN /* schema */job j ON j.name = s.name AND j.created_on >= s.since AND j.created_on < s.until
     GROUP BY s.name
), ended AS (
    SELECT s.name, j.state,
           date_part('epoch', j.started_on - greatest(j.created_on, j.start_after)) AS waited,
           date_part('epoch', j.completed_on - j.started_on) AS ran
      FROM spans s
      JOIN /* schema */job j ON j.name = s.name AND j.completed_on >= s.since AND j.completed_on < s.until
     WHERE j.state IN ('completed', 'failed')
), ends AS (
    SELECT e.name,
           count(*) FILTER (WHERE e.state = 'completed') AS completed,
           count(*) FILTER (WHERE e.state = 'failed') AS failed
      FROM ended e
     GROUP BY e.name
), slots AS (
    -- Each slot is longer than the one before by the square root of two; the first holds all below 10 ms.
    SELECT e.name, t.kind, count(*)::int AS jobs,
           least(greatest(floor(ln(greatest(t.seconds, 0.001) / 0.01::float8) / (ln(2::float8) / 2))::int + 1, 0), 47) AS slot
      FROM ended e
     CROSS JOIN LATERAL (VALUES ('waited', e.waited), ('ran', e.ran)) AS t (kind, seconds)
     WHERE t.seconds IS NOT NULL
     GROUP BY e.name, t.kind, slot
), bins AS (
    SELECT s.name,
           array_agg(waited.jobs ORDER BY n) AS waited,
           array_agg(ran.jobs ORDER BY n) AS ran
      FROM spans s
     CROSS JOIN generate_series(0, 47) AS n
      LEFT JOIN slots waited ON waited.name = s.name AND waited.slot = n AND waited.kind = 'waited'
      LEFT JOIN slots ran ON ran.name = s.name AND ran.slot = n AND ran.kind = 'ran'
     GROUP BY s.name
), oldest AS (
    SELECT j.name, min(greatest(j.created_on, j.start_after)) AS due_on
      FROM /* schema */job j
     WHERE j.name = ANY ($1)
       AND j.state < 'active'
       AND NOT j.blocked
       AND j.start_after <= /* schema */job_now()
     GROUP BY j.name
)
UPDATE /* schema */queue q
   SET monitor_on = /* schema */job_now(),
       created_delta = coalesce(created.jobs, 0),
       completed_delta = coalesce(ends.completed, 0),
       failed_delta = coalesce(ends.failed, 0),
       delta_seconds = CASE WHEN s.since IS NOT NULL
                            THEN greatest(round(extract(epoch FROM s.until - s.since))::int, 0) END,
       delta_on = greatest(q.delta_on, s.until),
       wait_bins = bins.waited,
       run_bins = bins.ran,
       ready_oldest_seconds = coalesce(round(extract(epoch FROM /* schema */job_now() - oldest.due_on))::int, 0)
  FROM spans s
  JOIN bins ON bins.name = s.name
  LEFT JOIN created ON created.name = s.name
  LEFT JOIN ends ON ends.name = s.name
  LEFT JOIN oldest ON oldest.name = s.name
 WHERE q.name = s.name

-- fold_statistics: what was counted of a queue, in steps of time, the newest first. Counts are a step's greatest, least or
-- mean ones; what passed through is summed. A count belongs to when it was made, and what passed through to the span that it
-- was counted for, which ended earlier; a span in whose step nothing was counted goes to the last step before in which
-- something was, so that no step reads as an empty queue.
--   $1 queue  $2 not before, or null  $3 not after, or null  $4 how many at most
--   $5 seconds in a step, or null: as many as bring the whole into so many steps: $6  $7 max, min or avg
-- Locks: none. Called by Store::find_statistics.
WITH ends AS (
    SELECT greatest($2::timestamptz, min(s.captured_on)) AS first, least($3::timestamptz, max(s.captured_on)) AS last
      FROM /* schema */queue_stats s
     WHERE s.name = $1
), step AS (
    SELECT greatest(coalesce($5::bigint, ceil(extract(epoch FROM e.last - e.first) / greatest($6::bigint, 1))::bigint), 1) AS long
      FROM ends e
), counted AS (
    SELECT to_timestamp(floor(extract(epoch FROM s.captured_on) / step.long) * step.long) AS at, s.*
      FROM /* schema */queue_stats s
     CROSS JOIN step
     WHERE s.name = $1
       AND ($2 IS NULL OR s.captured_on >= $2)
       AND ($3 IS NULL OR s.captured_on <= $3)
), counts AS (
    SELECT c.at, k.kind,
           CASE $7 WHEN 'max' THEN max(k.jobs) WHEN 'min' THEN min(k.jobs) ELSE round(avg(k.jobs)) END::int AS jobs
      FROM counted c
     CROSS JOIN LATERAL (VALUES ('deferred', c.deferred_count), ('queued', c.queued_count), ('ready', c.ready_count),
                                ('active', c.active_count), ('failed', c.failed_count), ('total', c.total_count)) AS k (kind, jobs)
     GROUP BY c.at, k.kind
), steps AS (
    SELECT c.at,
           max(c.jobs) FILTER (WHERE c.kind = 'deferred') AS deferred_count,
           max(c.jobs) FILTER (WHERE c.kind = 'queued') AS queued_count,
           max(c.jobs) FILTER (WHERE c.kind = 'ready') AS ready_count,
           max(c.jobs) FILTER (WHERE c.kind = 'active') AS active_count,
           max(c.jobs) FILTER (WHERE c.kind = 'failed') AS failed_count,
           max(c.jobs) FILTER (WHERE c.kind = 'total') AS total_count
      FROM counts c
     GROUP BY c.at
), passed AS (
    SELECT coalesce(
               (SELECT max(st.at) FROM steps st
                 WHERE st.at <= to_timestamp(floor(extract(epoch FROM s.delta_on) / step.long) * step.long)),
               (SELECT min(st.at) FROM steps st)) AS at,
           s.*
      FROM /* schema */queue_stats s
     CROSS JOIN step
     WHERE s.name = $1
       AND s.delta_on IS NOT NULL
       AND ($2 IS NULL OR s.delta_on >= $2)
       AND ($3 IS NULL OR s.delta_on <= $3)
), sums AS (
    SELECT p.at,
           sum(p.created_delta)::int AS created_delta,
           sum(p.completed_delta)::int AS completed_delta,
           sum(p.failed_delta)::int AS failed_delta,
           sum(p.delta_seconds)::int AS delta_seconds,
           max(p.delta_on) AS delta_on,
           max(p.ready_oldest_seconds) AS ready_oldest_seconds
      FROM passed p
     GROUP BY p.at
), slots AS (
    SELECT p.at, b.slot, coalesce(sum(b.waited), 0)::int AS waited, coalesce(sum(b.ran), 0)::int AS ran
      FROM passed p
     CROSS JOIN LATERAL unnest(p.wait_bins, p.run_bins) WITH ORDINALITY AS b (waited, ran, slot)
     GROUP BY p.at, b.slot
), bins AS (
    SELECT s.at, array_agg(s.waited ORDER BY s.slot) AS wait_bins, array_agg(s.ran ORDER BY s.slot) AS run_bins
      FROM slots s
     GROUP BY s.at
)
SELECT st.deferred_count, st.queued_count, st.ready_count, st.active_count, st.failed_count, st.total_count,
       sums.created_delta, sums.completed_delta, sums.failed_delta, sums.delta_seconds, sums.delta_on,
       bins.wait_bins, bins.run_bins, sums.ready_oldest_seconds, st.at AS captured_on
  FROM steps st
  LEFT JOIN sums ON sums.at = st.at
  LEFT JOIN bins ON bins.at = st.at
 ORDER BY st.at DESC
 LIMIT CASE WHEN $5 IS NULL THEN least($4::bigint, $6) ELSE $4 END

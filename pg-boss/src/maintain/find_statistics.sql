-- find_statistics: what was counted of a queue, the newest first.
--   $1 queue  $2 not before, or null  $3 not after, or null  $4 how many at most
-- Locks: none. Called by Store::find_statistics.
SELECT s.deferred_count, s.queued_count, s.ready_count, s.active_count, s.failed_count, s.total_count,
       s.created_delta, s.completed_delta, s.failed_delta, s.delta_seconds, s.delta_on, s.wait_bins, s.run_bins,
       s.ready_oldest_seconds, s.captured_on
  FROM /* schema */queue_stats s
 WHERE s.name = $1
   AND ($2::timestamptz IS NULL OR s.captured_on >= $2)
   AND ($3::timestamptz IS NULL OR s.captured_on <= $3)
 ORDER BY s.captured_on DESC
 LIMIT $4

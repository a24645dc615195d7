-- insert_statistics: keeps what was just counted of queues as one row each. The columns bear the same names in both tables.
--   $1 names
-- Locks: none; the caller holds the advisory lock `queue-stats-insert`. Called by Store::insert_statistics.
INSERT INTO /* schema */queue_stats
       (name, deferred_count, queued_count, ready_count, active_count, failed_count, total_count, created_delta,
        completed_delta, failed_delta, delta_seconds, delta_on, wait_bins, run_bins, ready_oldest_seconds, captured_on)
SELECT s.name, s.deferred_count, s.queued_count, s.ready_count, s.active_count, s.failed_count, s.total_count,
       s.created_delta, s.completed_delta, s.failed_delta, s.delta_seconds, s.delta_on, s.wait_bins, s.run_bins,
       s.ready_oldest_seconds, /* schema */job_now()
  FROM /* schema */queue q
 CROSS JOIN LATERAL jsonb_populate_record(NULL::/* schema */queue_stats, to_jsonb(q)) s
 WHERE q.name = ANY ($1)
 ORDER BY q.name

-- delete_jobs: removes jobs. Returns each with whether the queue's retained_count holds it.
--   $1 queue; arrays of equal length, sorted by id: $2 id  $3 retry count of a running attempt (null: whatever the state)
--   $4 start of that attempt (null: any)
-- Locks: the rows. Called by Store::delete.
DELETE FROM /* schema */job j
 USING unnest($2::uuid[], $3::int[], $4::timestamptz[]) AS named(id, retry_count, started_on)
 WHERE j.name = $1
   AND j.id = named.id
   AND (named.retry_count IS NULL
        OR j.state = 'active' AND j.retry_count = named.retry_count
           AND j.started_on = coalesce(named.started_on, j.started_on))
RETURNING j.id,
          (j.state IN ('completed', 'cancelled')
          AND j.completed_on <= (SELECT q.retained_on FROM /* schema */queue q WHERE q.name = $1)) IS TRUE AS is_retained

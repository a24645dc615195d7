-- renew_leases: a heartbeat for the attempts of a worker.
--   Arrays of equal length, sorted by queue and id: $1 queue  $2 id  $3 retry count  $4 start of the attempt
-- Returns the positions (from 1) of those that are still active, and whether each was renewed: a row that another
-- transaction has locked is passed over, so that it does not hold up the others. What is not returned was cancelled, expired
-- or taken by another worker.
-- Locks: the rows that are not locked already. Called by Store::renew_leases.
WITH running AS (
    SELECT * FROM unnest((SELECT $1::text[]), (SELECT $2::uuid[]), (SELECT $3::int[]), (SELECT $4::timestamptz[])) WITH ORDINALITY
           AS r(name, id, retry_count, started_on, place)
), held AS (
    SELECT j.name, j.id, r.place
      FROM running r
      JOIN /* schema */job j
        ON j.name = r.name
       AND j.id = r.id
       AND j.retry_count = r.retry_count
       AND j.started_on = r.started_on
       AND j.state::text = 'active'
     ORDER BY j.name, j.id
       FOR NO KEY UPDATE OF j SKIP LOCKED
), renewed AS (
    UPDATE /* schema */job j
       SET heartbeat_on = /* schema */job_now()
      FROM held
     WHERE j.name = held.name
       AND j.id = held.id
    RETURNING held.place
)
SELECT r.place, n.place IS NOT NULL AS renewed
  FROM running r
  JOIN /* schema */job j
    ON j.name = r.name
   AND j.id = r.id
   AND j.retry_count = r.retry_count
   AND j.started_on = r.started_on
   AND j.state::text = 'active'
  LEFT JOIN renewed n ON n.place = r.place

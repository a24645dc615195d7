-- move: puts the test clock to an instant, or on by a time; returns its time before and now.
--   $1 instant (null: on by $2)  $2 interval, as text
-- Locks: its one row. Called by Store::move_clock, in its transaction.
WITH before AS (
    SELECT max(standing.now) AS now FROM /* schema */__pgboss_test_clock standing
)
UPDATE /* schema */__pgboss_test_clock standing
   SET now = coalesce($1, before.now + $2::text::interval)
  FROM before
RETURNING before.now AS "from", standing.now AS "to"

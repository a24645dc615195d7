-- reduce_counts: takes jobs that were removed, or wait again, off the counts of their queue (pg-boss 12.38).
--   $1 queue  $2 how many in all  $3 how many that retained_count holds
-- Locks: the queue row. Called by Store::reduce_counts.
UPDATE /* schema */queue q
   SET total_count = greatest(q.total_count - $2, 0),
       -- Null stays null: then they were never counted.
       retained_count = CASE WHEN q.retained_count IS NOT NULL THEN greatest(q.retained_count - $3, 0) END
 WHERE q.name = $1

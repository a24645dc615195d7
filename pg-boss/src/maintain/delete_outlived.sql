-- delete_outlived: removes jobs of one queue that ended, or waited in vain, longer ago than they are kept. A deletion time
-- of 0 keeps ended jobs for ever; an active job is never removed.   $1 queue  $2 how many at most
-- Locks: the rows, in order of id; rows that another transaction has locked are skipped. Called by Store::delete_outlived.
WITH outlived AS (
    SELECT j.id
      FROM /* schema */job j
     WHERE j.name = $1
       AND (j.deletion_seconds > 0
                AND j.completed_on + make_interval(secs => j.deletion_seconds) < /* schema */job_now()
            OR j.state < 'active' AND j.keep_until < /* schema */job_now())
     ORDER BY j.id
     LIMIT $2
       FOR UPDATE SKIP LOCKED
)
DELETE FROM /* schema */job j
 USING outlived
 WHERE j.name = $1
   AND j.id = outlived.id

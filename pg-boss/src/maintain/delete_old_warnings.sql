-- delete_old_warnings: removes warnings that were kept so long.   $1 days
-- Locks: the rows; rows that another transaction has locked are skipped. Called by Store::delete_old_warnings.
DELETE FROM /* schema */warning
 WHERE id IN (
       SELECT w.id
         FROM /* schema */warning w
        WHERE w.created_on < /* schema */job_now() - make_interval(days => $1)
          FOR UPDATE SKIP LOCKED)

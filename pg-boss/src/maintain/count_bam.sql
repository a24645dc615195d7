-- count_bam: how many index builds are in each status.
-- Locks: none. Called by Store::count_bam.
SELECT b.status, count(*) AS count, max(b.created_on) AS last_created_on
  FROM /* schema */bam b
 GROUP BY b.status
 ORDER BY b.status

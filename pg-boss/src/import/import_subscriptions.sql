-- import_subscriptions: copies the subscriptions of the old schema; existing ones are left unchanged.
--   Parameters and answer as of import_jobs.
-- Locks: the new rows; queue rows for key share. Called by Importing::import_subscriptions.
WITH renamed AS (
    SELECT r.old_name, r.name FROM unnest($1::text[], $2::text[]) AS r(old_name, name)
), arriving AS (
    SELECT s.event, renamed.name, s.created_on, s.updated_on
      FROM /* old */subscription s
      JOIN renamed ON renamed.old_name = s.name
), stored AS (
    INSERT INTO /* schema */subscription (event, name, created_on, updated_on)
    SELECT a.event, a.name, a.created_on, a.updated_on
      FROM arriving a
     WHERE ($3::timestamptz IS NULL OR a.created_on > $3)
     ORDER BY a.event, a.name
        ON CONFLICT DO NOTHING
    RETURNING event, name
)
SELECT jsonb_build_object(
           'queue', a.name,
           'kind', 'subscription',
           'found', count(*),
           'added', count(stored.name),
           'present', count(*) - count(stored.name)),
       max(a.created_on)
  FROM arriving a
  LEFT JOIN stored ON stored.event = a.event AND stored.name = a.name
 GROUP BY a.name
 ORDER BY a.name

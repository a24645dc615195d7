-- import_schedules: copies the schedules of the old schema; one that stands for the same queue is left as it is.
--   Parameters and answer as of import_jobs. pg-boss 12 reads seconds only, so larger units become that; the larger
--   one counted.
-- Locks: the new rows; queue rows for key share. Called by Importing::import_schedules.
WITH renamed AS (
    SELECT r.old_name, r.name FROM unnest($1::text[], $2::text[]) AS r(old_name, name)
), arriving AS (
    SELECT renamed.name, s.cron, coalesce(s.timezone, 'UTC') AS timezone, s.data, s.created_on, s.updated_on,
           jsonb_strip_nulls(given.options
               - ARRAY['onComplete', 'useSingletonQueue', 'expireIn', 'expireInMinutes', 'expireInHours',
                       'retentionMinutes', 'retentionHours', 'retentionDays', 'singletonMinutes', 'singletonHours']
               || jsonb_build_object(
                   'expireInSeconds', CASE WHEN seconds.expiry > 86400 THEN 86400 ELSE seconds.expiry END,
                   'retentionSeconds', seconds.retention,
                   'singletonSeconds', seconds.slot)) AS options
      FROM /* old */schedule s
      JOIN renamed ON renamed.old_name = s.name
     CROSS JOIN LATERAL (SELECT coalesce(s.options, '{}') AS options) given
     CROSS JOIN LATERAL (
           SELECT coalesce((given.options->>'expireInHours')::float8 * 3600,
                           (given.options->>'expireInMinutes')::float8 * 60,
                           (given.options->>'expireInSeconds')::float8)::bigint AS expiry,
                  coalesce((given.options->>'retentionDays')::float8 * 86400,
                           (given.options->>'retentionHours')::float8 * 3600,
                           (given.options->>'retentionMinutes')::float8 * 60,
                           (given.options->>'retentionSeconds')::float8)::bigint AS retention,
                  coalesce((given.options->>'singletonHours')::float8 * 3600,
                           (given.options->>'singletonMinutes')::float8 * 60,
                           (given.options->>'singletonSeconds')::float8)::bigint AS slot) seconds
), stored AS (
    INSERT INTO /* schema */schedule (name, key, cron, timezone, data, options, created_on, updated_on)
    SELECT a.name, '', a.cron, a.timezone, a.data, a.options, a.created_on, a.updated_on
      FROM arriving a
     WHERE ($3::timestamptz IS NULL OR a.created_on > $3)
     ORDER BY a.name
        ON CONFLICT DO NOTHING
    RETURNING name
)
SELECT jsonb_build_object(
           'queue', a.name,
           'kind', 'schedule',
           'found', 1,
           'added', CASE WHEN stored.name IS NULL THEN 0 ELSE 1 END,
           'present', CASE WHEN stored.name IS NULL THEN 1 ELSE 0 END),
       a.created_on
  FROM arriving a
  LEFT JOIN stored ON stored.name = a.name
 ORDER BY a.name

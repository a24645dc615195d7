-- enqueue_ticks: files the ticks of schedules as jobs of the queue from which they are sent on; pg-boss files and
-- takes them in the same form.
--   Arrays of equal length: $1 queue  $2 key of the schedule  $3 slot (the minute, as UTC wall time)
--   $4 channel to ring on
-- An occurrence that was filed before is passed over: key and slot are the same to the byte.
-- Locks: the new rows; the queue row for key share. Called by Store::enqueue_ticks.
WITH filed AS (
    INSERT INTO /* schema */job (
           name, data, singleton_key, singleton_on, start_after, created_on, keep_until, policy, dead_letter,
           retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds,
           heartbeat_seconds)
    SELECT q.name,
           jsonb_build_object(
               'name', s.name, 'key', s.key, 'data', s.data, 'options', s.options, 'slot', due.slot),
           replace(s.name, '_', '\_') || '__' || s.key,
           due.slot::timestamp,
           /* schema */job_now(), /* schema */job_now(),
           /* schema */job_now() + make_interval(secs => q.retention_seconds),
           q.policy, q.dead_letter, q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max,
           q.expire_seconds, q.deletion_seconds,
           q.heartbeat_seconds
      FROM unnest($1::text[], $2::text[], $3::text[]) AS due(name, key, slot)
      JOIN /* schema */schedule s ON s.name = due.name AND s.key = due.key
      JOIN /* schema */queue q ON q.name = '__pgboss__send-it'
        ON CONFLICT DO NOTHING
    RETURNING name
), rung AS (
    SELECT pg_notify($4, q.name)
      FROM /* schema */queue q
     WHERE q.name = '__pgboss__send-it'
       AND q.notify
       AND EXISTS (SELECT FROM filed)
)
SELECT count(*) FROM filed WHERE (SELECT count(*) FROM rung) >= 0

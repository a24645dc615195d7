-- link_jobs: lets jobs of a flow, which this transaction has just stored, wait for others of it.
--   Arrays of equal length, each edge once: $1 queue and $2 id of the one that waits  $3 queue and $4 id of its parent
-- Locks: the rows, which no other transaction can see yet. Called by Store::insert_flow.
WITH edges AS (
    SELECT DISTINCT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::uuid[]) AS e(child_name, child_id, parent_name, parent_id)
), ends AS (
    SELECT name, id, sum(parents)::int AS parents, bool_or(blocking) AS blocking
      FROM (SELECT child_name AS name, child_id AS id, 1 AS parents, false AS blocking FROM edges
            UNION ALL
            SELECT parent_name, parent_id, 0, true FROM edges) both_sides
     GROUP BY name, id
), linked AS (
    UPDATE /* schema */job j
       SET blocked = ends.parents > 0, pending_dependencies = ends.parents, blocking = ends.blocking
      FROM ends
     WHERE j.name = ends.name
       AND j.id = ends.id
)
INSERT INTO /* schema */job_dependency (child_name, child_id, parent_name, parent_id)
SELECT child_name, child_id, parent_name, parent_id FROM edges

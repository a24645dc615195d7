-- release_children: takes completed jobs that others wait for, and lets those others go whose last parent this was.
--   $1 how many parents at most
-- Only this clears `blocking`; a parent that were cleared at its end would never be found here.
-- Locks: parents, then children, each in order of queue and id; parents that another transaction has locked are skipped.
-- Called by Store::release_children.
WITH parents AS (
    SELECT p.name, p.id
      FROM /* schema */job p
     WHERE p.blocking
       AND p.state = 'completed'
     ORDER BY p.name, p.id
     LIMIT $1
       FOR UPDATE SKIP LOCKED
), edges AS (
    SELECT d.child_name, d.child_id, count(*)::int AS resolved
      FROM /* schema */job_dependency d
      JOIN parents p ON p.name = d.parent_name AND p.id = d.parent_id
     GROUP BY d.child_name, d.child_id
), children AS (
    SELECT c.name, c.id, e.resolved
      FROM /* schema */job c
      JOIN edges e ON e.child_name = c.name AND e.child_id = c.id
     WHERE c.blocked
     ORDER BY c.name, c.id
       FOR UPDATE OF c
), released AS (
    UPDATE /* schema */job c
       SET pending_dependencies = greatest(c.pending_dependencies - children.resolved, 0),
           blocked = c.pending_dependencies > children.resolved,
           start_after = CASE WHEN c.pending_dependencies > children.resolved THEN c.start_after
                              ELSE greatest(c.start_after, /* schema */job_now()) END
      FROM children
     WHERE c.name = children.name
       AND c.id = children.id
    RETURNING c.name, c.blocked
), resolved AS (
    UPDATE /* schema */job p
       SET blocking = false
      FROM parents
     WHERE p.name = parents.name
       AND p.id = parents.id
    RETURNING p.id
)
SELECT (SELECT count(*) FROM resolved) AS parents,
       (SELECT count(*) FROM released WHERE NOT released.blocked) AS children

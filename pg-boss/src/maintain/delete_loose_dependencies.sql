-- delete_loose_dependencies: removes the edges of flows of which one end is gone.   $1 queues
-- Locks: the rows. Called by Store::delete_loose_dependencies.
DELETE FROM /* schema */job_dependency d
 WHERE (d.child_name = ANY ($1) OR d.parent_name = ANY ($1))
   AND NOT (EXISTS (SELECT FROM /* schema */job c WHERE c.name = d.child_name AND c.id = d.child_id)
            AND EXISTS (SELECT FROM /* schema */job p WHERE p.name = d.parent_name AND p.id = d.parent_id))

-- end_instance: notes that an instance has ended in order.   $1 id
-- Locks: the row. Called by Store::end_instance.
UPDATE /* schema */instance SET stopped_on = /* schema */job_now() WHERE id = $1

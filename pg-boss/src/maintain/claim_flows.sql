-- claim_flows: takes the pass that releases jobs whose parents are done; false if another process has taken it lately.   $1 seconds
-- Locks: the version row. Called by Store::claim_flows.
WITH taken AS (
    UPDATE /* schema */version v
       SET flow_on = /* schema */job_now()
     WHERE coalesce(/* schema */job_now() - v.flow_on >= make_interval(secs => $1), true)
    RETURNING v.version
)
SELECT EXISTS (SELECT FROM taken)

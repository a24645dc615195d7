-- claim_flows: takes the pass that releases jobs whose parents are done; false if somebody took it lately.   $1 seconds
-- Locks: the version row. Called by Store::claim_flows.
WITH taken AS (
    /* if version.flow_on */UPDATE /* schema */version v
       SET flow_on = /* schema */job_now()
     WHERE coalesce(/* schema */job_now() - v.flow_on >= make_interval(secs => $1), true)
    RETURNING v.version/* else SELECT 1 WHERE $1::float8 IS NULL */
)
SELECT EXISTS (SELECT FROM taken)

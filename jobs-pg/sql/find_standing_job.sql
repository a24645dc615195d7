-- find_standing_job: the job that kept a new one out: the one of its id, of its throttle slot, or of its queue's policy.
--   $1 queue  $2 id  $3 singleton key  $4 throttle slot in seconds  $5 in the next slot
-- Locks: none. Called by Store::insert for a job that was not stored.
SELECT j.id
  FROM /* schema */job j
 WHERE j.name = $1
   AND (j.id = $2
        OR coalesce(j.singleton_key, '') = coalesce($3, '')
           AND (j.state <> 'cancelled'
                AND j.singleton_on =
                    to_timestamp($4::int * floor((extract(epoch FROM /* schema */job_now())
                                                  + CASE WHEN $5 THEN $4::int ELSE 0 END) / $4::int)) AT TIME ZONE 'UTC'
                OR j.policy IN ('short', 'stately') AND j.state = 'created'
                OR j.policy = 'exclusive' AND j.state <= 'active'))
 ORDER BY j.id = $2 DESC, j.created_on DESC
 LIMIT 1

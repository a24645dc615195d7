-- find_settled: which of these attempts have ended in a state that an earlier try of the same write gives, when its answer was
-- lost.
--   Arrays of equal length: $1 queue  $2 id  $3 retry count  $4 start of the attempt  $5 states, joined by commas
-- Returns their positions (from 1). A released job has no start.
-- Locks: none. Called by Store::find_settled.
SELECT ended.place
  FROM unnest($1::text[], $2::uuid[], $3::int[], $4::timestamptz[], $5::text[]) WITH ORDINALITY
       AS ended(name, id, retry_count, started_on, states, place)
  JOIN /* schema */job j
    ON j.name = ended.name
   AND j.id = ended.id
   AND j.retry_count = ended.retry_count
   AND coalesce(j.started_on, ended.started_on) = ended.started_on
   AND j.state::text = ANY (string_to_array(ended.states, ','))

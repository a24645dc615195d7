-- find_rows: jobs of a queue by their ids, with all the columns that this schema has, in the order of the ids.
--   $1 queue  $2 ids
-- Locks: none. Called by Store::fetch_rows.
SELECT to_jsonb(j) AS job
  FROM unnest($2::uuid[]) WITH ORDINALITY AS named(id, place)
  JOIN /* schema */job j ON j.name = $1 AND j.id = named.id
 ORDER BY named.place

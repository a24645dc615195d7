-- find_rows: jobs of a queue by their ids, as the text of a JSON object with all its columns, in the order of the ids.
--   $1 queue  $2 ids
-- Locks: none. Called by Store::fetch_rows.
SELECT to_jsonb(j)::text AS job
  FROM unnest($2::uuid[]) WITH ORDINALITY AS named(id, place)
  JOIN /* schema */job j ON j.name = $1 AND j.id = named.id
 ORDER BY named.place

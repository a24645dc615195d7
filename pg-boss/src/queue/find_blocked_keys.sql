-- find_blocked_keys: the keys of a strict queue of which a failed job keeps the others back.
--   $1 queue  $2 the key after which to go on  $3 how many at most
-- Locks: none. Called by Store::find_blocked_keys.
SELECT DISTINCT j.singleton_key
  FROM /* schema */job j
 WHERE j.name = $1
   AND j.state = 'failed'
   AND j.policy = 'key_strict_fifo'
   AND ($2::text IS NULL OR j.singleton_key > $2)
 ORDER BY j.singleton_key
 LIMIT $3

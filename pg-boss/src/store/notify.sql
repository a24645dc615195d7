-- notify: sends a word to a channel.   $1 channel  $2 word
-- Called by the listener, to itself: hearing it shows that it is alive.
SELECT pg_notify($1, $2)

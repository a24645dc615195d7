-- wait_briefly: this transaction waits for no lock longer than this.   $1 milliseconds
-- Called by Store::delete_queue.
SELECT set_config('lock_timeout', $1::int || 'ms', true)

-- obey_test_clock: this session reads the test clock of a schema that has one, as pg-boss 12.38's TestClock lets sessions
-- choose.
-- Called by Store::obey_test_clock and Store::obey_within.
SELECT set_config('pgboss.test_clock', 'on', false)

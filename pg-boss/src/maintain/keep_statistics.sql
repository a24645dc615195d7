-- keep_statistics: says for this transaction how many days of statistics drop_old_statistics leaves: it is a block, which
-- takes no parameters.   $1 days, as text
-- Called by Store::drop_old_statistics.
SELECT set_config('jobs.statistics_days', $1, true)

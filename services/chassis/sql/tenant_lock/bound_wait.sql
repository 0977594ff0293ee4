-- Plans are kept, as after a try that succeeds at once.
SELECT set_config('lock_timeout', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true) AS plan_cache_mode

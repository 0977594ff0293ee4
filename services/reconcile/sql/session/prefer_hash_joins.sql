-- Statements about a whole tenant follow.
SELECT set_config('work_mem', '64MB', true) AS work_mem,
       set_config('enable_nestloop', 'off', true) AS enable_nestloop,
       set_config('plan_cache_mode', 'force_custom_plan', true) AS plan_cache_mode

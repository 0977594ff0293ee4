-- For the rest of the transaction.
SELECT set_config('work_mem', '64MB', true),
       set_config('enable_nestloop', 'off', true),
       set_config('plan_cache_mode', 'force_custom_plan', true)

-- Statements that look up a few keys follow. A plan that is kept must not be made without nested loops.
SELECT set_config('plan_cache_mode', 'force_generic_plan', true) AS plan_cache_mode,
       set_config('enable_nestloop', 'on', true) AS enable_nestloop

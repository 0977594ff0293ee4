SELECT EXTRACT(epoch FROM min(next_run_time) - now())::float8 AS seconds
FROM scheduler.settings
WHERE next_run_time IS NOT NULL

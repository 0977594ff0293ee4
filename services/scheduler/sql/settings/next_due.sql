SELECT EXTRACT(epoch FROM min(next_run_at) - now())::float8 AS seconds
FROM scheduler.settings
WHERE next_run_at IS NOT NULL

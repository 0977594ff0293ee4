UPDATE scheduler.settings
SET paused_reason = NULL, next_run_time = $2
WHERE tenant_id = $1

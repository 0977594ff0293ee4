UPDATE scheduler.settings
SET paused_reason = NULL, next_run_at = $2
WHERE tenant_id = $1

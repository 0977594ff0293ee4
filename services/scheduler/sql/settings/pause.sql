-- One that is not there has nothing to pause.
UPDATE scheduler.settings
SET paused_reason = 'REVERTED'
WHERE tenant_id = $1 AND every_hours > 0

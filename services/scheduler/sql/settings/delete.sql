DELETE FROM scheduler.settings WHERE tenant_id = $1

SELECT settings, sealed_credential, generation, every_hours, time_zone, next_run_at, update_time
FROM scheduler.settings
WHERE tenant_id > $1
ORDER BY tenant_id
LIMIT $2

-- What another scheduler, or a call about the tenant, has in hand is left for the next tick.
SELECT tenant_id, every_hours, time_zone, now() AS now
FROM scheduler.settings
WHERE next_run_at <= now()
ORDER BY next_run_at
LIMIT $1
FOR UPDATE SKIP LOCKED

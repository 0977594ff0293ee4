-- The failure of the tenant's last run that ended; null if it did not fail. It is sought among the newest few alone, since
-- a tenant has but a few that have not ended.
SELECT state.failure_code
FROM (
    SELECT tenant_id, run_id
    FROM scheduler.run_request
    WHERE tenant_id = $1
    ORDER BY run_id DESC
    LIMIT 8
) AS recent
JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
WHERE state.end_time IS NOT NULL
ORDER BY run_id DESC
LIMIT 1

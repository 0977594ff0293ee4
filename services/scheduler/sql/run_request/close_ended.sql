UPDATE scheduler.run_request
SET open = false
WHERE run_id IN (
    SELECT request.run_id
    FROM scheduler.run_request AS request
    JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
    WHERE request.open AND state.end_time IS NOT NULL
    LIMIT $1
    FOR UPDATE OF request SKIP LOCKED
)

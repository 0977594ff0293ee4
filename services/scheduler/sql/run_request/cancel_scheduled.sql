-- Scheduled syncs of tenant $1, or of all tenants where it is null, that no worker has begun to read or that wait for their
-- next attempt. A run that begins at this moment ends without applying. Each is locked before it is judged, so that one which
-- a person has requested since then is spared; in the order of the ids, as everywhere where many are. They stay open until
-- their ends have been noted.
UPDATE scheduler.run_request AS request
SET cancel_requested = true
FROM (
    SELECT request.run_id
    FROM scheduler.run_request AS request
    LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
    WHERE ($1::text IS NULL OR request.tenant_id = $1)
      AND request.trigger = 'SCHEDULED'
      AND request.open
      AND NOT request.cancel_requested
      AND NOT COALESCE(state.begun, false)
      AND state.end_time IS NULL
    ORDER BY request.run_id
    FOR UPDATE OF request
) AS waiting
WHERE request.run_id = waiting.run_id

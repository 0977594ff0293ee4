-- One that no worker ever took has ended with this; the others end at the worker's next word.
UPDATE scheduler.run_request AS request
SET cancel_requested = true,
    open = unfinished.taken
FROM (
    SELECT request.run_id, state.run_id IS NOT NULL AS taken
    FROM scheduler.run_request AS request
    LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
    WHERE request.tenant_id = $1
      AND request.open
      AND NOT request.cancel_requested
      AND state.end_time IS NULL
    ORDER BY request.run_id
    FOR UPDATE OF request
) AS unfinished
WHERE request.run_id = unfinished.run_id

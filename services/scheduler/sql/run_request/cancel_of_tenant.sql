-- They stay open until a worker has taken their jobs, and so their ends have been noted and reported. In the order of the ids,
-- as everywhere where many are locked.
UPDATE scheduler.run_request AS request
SET cancel_requested = true, cancel_time = COALESCE(request.cancel_time, now())
FROM (
    SELECT request.run_id
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

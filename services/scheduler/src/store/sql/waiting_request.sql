-- The tenant's run of a kind that no worker has begun to read, or that waits for its next attempt.
SELECT request.run_id
FROM scheduler.run_request AS request
LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
WHERE request.tenant_id = $1
  AND request.kind = $2
  AND request.open
  AND NOT request.cancel_requested
  AND NOT COALESCE(state.begun, false)
  AND state.end_time IS NULL
ORDER BY request.run_id
LIMIT 1

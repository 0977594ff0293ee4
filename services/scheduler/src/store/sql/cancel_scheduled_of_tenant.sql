-- Those that no worker has begun to read, or that wait for their next attempt.
UPDATE scheduler.run_request AS request
SET cancel_requested = true,
    open = state.run_id IS NOT NULL
FROM scheduler.run_request AS waiting
LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
WHERE request.run_id = waiting.run_id
  AND waiting.tenant_id = $1
  AND waiting.trigger = 'SCHEDULED'
  AND waiting.open
  AND NOT waiting.cancel_requested
  AND NOT COALESCE(state.begun, false)
  AND state.end_time IS NULL

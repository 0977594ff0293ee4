-- One that no worker ever took has ended with this; the others end at the worker's next word.
UPDATE scheduler.run_request AS request
SET cancel_requested = true,
    open = state.run_id IS NOT NULL
FROM scheduler.run_request AS unfinished
LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
WHERE request.run_id = unfinished.run_id
  AND unfinished.tenant_id = $1
  AND unfinished.open
  AND NOT unfinished.cancel_requested
  AND state.end_time IS NULL

-- The tenant's run of a kind that no worker has begun to read, or that waits for its next attempt. It answers for another
-- only if it would do the same: what acts on a run is never joined, what expects a preview only by who expects that one.
SELECT request.run_id
FROM scheduler.run_request AS request
LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
WHERE request.tenant_id = $1
  AND request.kind = $2
  AND request.acts_on_run_id IS NULL
  AND request.expect_preview_run_id IS NOT DISTINCT FROM $3
  AND request.open
  AND NOT request.cancel_requested
  AND NOT COALESCE(state.begun, false)
  AND state.end_time IS NULL
ORDER BY request.run_id
LIMIT 1

SELECT request.cancel_requested, state.run_id IS NOT NULL AS "taken!", state.end_time IS NOT NULL AS "ended!"
FROM scheduler.run_request AS request
LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
WHERE request.tenant_id = $1 AND request.run_id = $2

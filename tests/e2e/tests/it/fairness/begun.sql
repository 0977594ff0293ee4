-- How long after it was asked for a run began, in seconds; null while it has not.
SELECT (extract(epoch FROM outcome.start_time - request.create_time))::float8
FROM scheduler.run_request AS request
LEFT JOIN reconcile.run_outcome AS outcome USING (tenant_id, run_id)
WHERE request.run_id = $1::uuid

UPDATE reconcile.run_outcome
SET reverted_by_run_id = $3
WHERE tenant_id = $1 AND run_id = $2

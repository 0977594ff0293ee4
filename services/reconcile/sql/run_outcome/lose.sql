UPDATE reconcile.run_outcome
SET state = 'QUEUED', takeovers = takeovers + 1
WHERE tenant_id = $1 AND run_id = $2

INSERT INTO reconcile.run_outcome (tenant_id, run_id, kind, trigger, state, attempt)
VALUES ($1, $2, $3, $4, 'QUEUED', $5)
ON CONFLICT DO NOTHING

SELECT body
FROM reconcile.staged_batch
WHERE tenant_id = $1 AND fence = $2 AND number = $3

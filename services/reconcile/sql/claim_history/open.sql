SELECT content, row_id
FROM reconcile.claim_history
WHERE tenant_id = $1 AND valid_to IS NULL

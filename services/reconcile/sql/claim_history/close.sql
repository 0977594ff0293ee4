UPDATE reconcile.claim_history
SET valid_to = $2
WHERE tenant_id = $1 AND valid_to IS NULL AND row_id = ANY($3)

-- Only once all is gone: a row that another process is at, and may leave after all, keeps its run on the list.
UPDATE reconcile.run_outcome
SET rows_dropped = true
WHERE tenant_id = $1 AND run_id = $2
  AND NOT EXISTS (SELECT FROM reconcile.claim_history WHERE tenant_id = $1 AND preview_run_id = $2)
  AND NOT EXISTS (SELECT FROM reconcile.preview_hidden WHERE tenant_id = $1 AND run_id = $2)
  AND NOT EXISTS (SELECT FROM reconcile.account_before WHERE tenant_id = $1 AND run_id = $2)
  AND NOT EXISTS (SELECT FROM reconcile.address_before WHERE tenant_id = $1 AND run_id = $2)

-- Only what is gone: a row that another process is at, and may leave after all, keeps its run on the list.
UPDATE reconcile.run_outcome o
SET rows_dropped = true
WHERE o.tenant_id = $1 AND o.run_id = ANY($2)
  AND NOT EXISTS (
      SELECT FROM reconcile.claim_history h WHERE h.tenant_id = $1 AND h.preview_run_id = o.run_id)
  AND NOT EXISTS (
      SELECT FROM reconcile.preview_hidden h WHERE h.tenant_id = $1 AND h.run_id = o.run_id)
  AND NOT EXISTS (
      SELECT FROM reconcile.account_before b WHERE b.tenant_id = $1 AND b.run_id = o.run_id)
  AND NOT EXISTS (
      SELECT FROM reconcile.address_before b WHERE b.tenant_id = $1 AND b.run_id = o.run_id)

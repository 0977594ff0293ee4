SELECT COALESCE(sum(accounts_reduced), 0)::bigint AS "accounts!"
FROM reconcile.run_outcome
WHERE tenant_id = $1 AND accounts_reduced > 0 AND end_time > now() - interval '24 hours'
  AND kind = 'SYNC' AND state = 'SUCCEEDED' AND reverted_by_run_id IS NULL

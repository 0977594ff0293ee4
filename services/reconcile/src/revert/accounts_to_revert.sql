SELECT COALESCE(o.accounts_changed, 0)
FROM scheduler.reconcile_run_request r
LEFT JOIN reconcile.run_outcome o ON o.tenant_id = r.tenant_id AND o.run_id = r.acts_on_run_id
WHERE r.tenant_id = $1 AND r.run_id = $2 AND r.kind = 'REVERT'

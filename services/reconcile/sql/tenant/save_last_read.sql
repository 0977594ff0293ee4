UPDATE reconcile.tenant
SET digest = $2, inputs = $3, server_id = $4, steady_keep = $5, steady_stale = $6, steady_skip = $7
WHERE tenant_id = $1

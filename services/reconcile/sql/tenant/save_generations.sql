UPDATE reconcile.tenant
SET portal_generation = $2, domain_generation = $3, removal_generation = $4
WHERE tenant_id = $1

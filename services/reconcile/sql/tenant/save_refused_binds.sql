UPDATE reconcile.tenant
SET refused_binds = $2, refused_credential_generation = $3, paused_credential_generation = $4
WHERE tenant_id = $1

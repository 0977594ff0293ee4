UPDATE reconcile.tenant
SET refused_binds = $2, refused_credential_generation = $3, paused_credential_generation = $4,
    accepted_credential_generation = $5
WHERE tenant_id = $1

-- True if the directory accepted the tenant's credential of this generation when it saw it last.
SELECT accepted_credential_generation = $2 AS "is_proven"
FROM reconcile.tenant
WHERE tenant_id = $1

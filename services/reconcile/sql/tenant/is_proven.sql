-- True if the directory accepted the tenant's credential of this generation when it saw it last, and its server at this
-- address answered the last applied read: a name may lead to a stranger's server by now.
SELECT accepted_credential_generation = $2 AND server_address = $3 AS "is_proven"
FROM reconcile.tenant
WHERE tenant_id = $1

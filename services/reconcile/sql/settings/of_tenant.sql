SELECT settings AS "settings!", sealed_credential AS "sealed_credential!", generation AS "generation!",
       credential_generation AS "credential_generation!", removal_generation
FROM scheduler.reconcile_settings
WHERE tenant_id = $1

SELECT s.settings AS "settings!", s.sealed_credential AS "sealed_credential!", s.generation AS "generation!",
       s.credential_generation AS "credential_generation!", s.removal_generation, n.seal AS "renewed_seal?"
FROM scheduler.reconcile_settings s
LEFT JOIN reconcile.renewed_seal n
    ON n.tenant_id = s.tenant_id AND n.credential_generation = s.credential_generation
    AND n.seal <> s.sealed_credential
WHERE s.tenant_id = $1

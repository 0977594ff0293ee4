-- The same password, not entered again: neither generation changes.
UPDATE scheduler.settings
SET sealed_credential = $3, key_id = $4
WHERE tenant_id = $1 AND credential_generation = $2

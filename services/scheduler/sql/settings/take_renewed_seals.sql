-- Puts seals in the place of those that they renew, once a later run has opened them. It is the same password, not
-- entered again: neither generation changes. Settings that are being changed are left for the next time.
UPDATE scheduler.settings AS settings
SET sealed_credential = renewed.seal, key_id = renewed.key_id
FROM (
    SELECT stored.tenant_id, seal.seal, seal.key_id
    FROM scheduler.settings AS stored
    JOIN reconcile.scheduler_all_renewed_seals AS seal
        ON seal.tenant_id = stored.tenant_id AND seal.credential_generation = stored.credential_generation
    WHERE seal.seal <> stored.sealed_credential
    LIMIT $1
    FOR UPDATE OF stored SKIP LOCKED
) AS renewed
WHERE settings.tenant_id = renewed.tenant_id

-- Keeps a seal from the worker that has the lease and was given this generation of the credential. One that is kept
-- already waits for its verdict.
WITH lease AS (
    SELECT lease.tenant_id, lease.fence, lease.settings_generation
    FROM reconcile.lease AS lease
    WHERE lease.tenant_id = $1 AND lease.run_id = $2 AND lease.fence = $3
    FOR SHARE
), kept AS (
    INSERT INTO reconcile.renewed_seal AS kept (tenant_id, credential_generation, fence, key_id, seal)
    SELECT lease.tenant_id, settings.credential_generation, lease.fence, $5, $6
    FROM lease
    JOIN scheduler.reconcile_settings AS settings ON settings.tenant_id = lease.tenant_id
    WHERE settings.credential_generation = $4 AND settings.credential_generation <= lease.settings_generation
    ON CONFLICT (tenant_id) DO UPDATE
    SET credential_generation = excluded.credential_generation, fence = excluded.fence, key_id = excluded.key_id,
        seal = excluded.seal, confirmed = false
    WHERE kept.credential_generation <> excluded.credential_generation
)
SELECT EXISTS (SELECT FROM lease) AS "has_lease!"

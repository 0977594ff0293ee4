-- Drops seals that the settings have by now, and those of credentials that are no longer a tenant's.
DELETE FROM reconcile.renewed_seal AS renewed
WHERE NOT EXISTS (
    SELECT
    FROM scheduler.reconcile_all_settings AS settings
    WHERE settings.tenant_id = renewed.tenant_id
      AND settings.credential_generation = renewed.credential_generation
      AND settings.sealed_credential <> renewed.seal)

CREATE OR REPLACE VIEW results.refused_credential AS
SELECT tenant_id, paused_credential_generation AS credential_generation
FROM reconcile.tenant
WHERE paused_credential_generation IS NOT NULL;

GRANT SELECT ON results.refused_credential TO rollcall_results;

-- As refused_credential, of all tenants, for the state of the fleet.
CREATE OR REPLACE VIEW results.all_refused_credentials AS
SELECT tenant_id, paused_credential_generation AS credential_generation
FROM reconcile.tenant
WHERE paused_credential_generation IS NOT NULL;

GRANT SELECT ON results.all_refused_credentials TO rollcall_results_fleet;

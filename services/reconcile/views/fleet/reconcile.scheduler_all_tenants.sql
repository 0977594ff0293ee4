-- As scheduler_tenant, of all tenants, for the due tick.
CREATE OR REPLACE VIEW reconcile.scheduler_all_tenants AS
SELECT tenant.tenant_id, tenant.paused_credential_generation, last_run.failure_code AS last_failure_code
FROM reconcile.tenant
LEFT JOIN reconcile.last_run ON last_run.tenant_id = tenant.tenant_id;

GRANT SELECT ON reconcile.scheduler_all_tenants TO rollcall_scheduler_fleet;

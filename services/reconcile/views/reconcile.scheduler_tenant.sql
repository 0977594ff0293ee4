-- The credential that the directory refused three times in a row pauses the schedule as long as it is the tenant's. The
-- failure is that of the last run that ended and was not cancelled; null if it did not fail.
CREATE OR REPLACE VIEW reconcile.scheduler_tenant AS
SELECT tenant.tenant_id, tenant.domain_generation, tenant.paused_credential_generation,
       last_run.failure_code AS last_failure_code
FROM reconcile.tenant
LEFT JOIN reconcile.last_run ON last_run.tenant_id = tenant.tenant_id;

GRANT SELECT ON reconcile.scheduler_tenant TO rollcall_scheduler;

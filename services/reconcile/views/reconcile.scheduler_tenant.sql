-- The credential that the directory refused three times in a row pauses the schedule as long as it is the tenant's.
CREATE OR REPLACE VIEW reconcile.scheduler_tenant AS
SELECT tenant_id, domain_generation, paused_credential_generation
FROM reconcile.tenant;

GRANT SELECT ON reconcile.scheduler_tenant TO rollcall_scheduler;

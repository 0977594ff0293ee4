-- Domains of all tenants, for the due tick.
CREATE OR REPLACE VIEW reconcile.scheduler_all_domains AS
SELECT tenant_id, name
FROM portal.domain;

GRANT SELECT ON reconcile.scheduler_all_domains TO rollcall_scheduler_fleet;

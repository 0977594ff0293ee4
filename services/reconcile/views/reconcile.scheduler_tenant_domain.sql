CREATE OR REPLACE VIEW reconcile.scheduler_tenant_domain AS
SELECT tenant_id, name, alias_of
FROM portal.domain;

GRANT SELECT ON reconcile.scheduler_tenant_domain TO rollcall_scheduler;

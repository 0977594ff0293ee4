-- Requests of all tenants, which the months of their outcomes outlast.
CREATE OR REPLACE VIEW scheduler.reconcile_all_run_requests AS
SELECT run_id, tenant_id, kind, trigger
FROM scheduler.run_request;

GRANT SELECT ON scheduler.reconcile_all_run_requests TO rollcall_reconcile_fleet;

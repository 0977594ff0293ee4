CREATE OR REPLACE VIEW scheduler.reconcile_run_request AS
SELECT run_id, tenant_id, kind, trigger, lane, cancel_requested, create_time, acts_on_run_id, expect_preview_run_id
FROM scheduler.run_request;

GRANT SELECT ON scheduler.reconcile_run_request TO rollcall_reconcile;

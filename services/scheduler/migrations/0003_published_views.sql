-- What other services may read. They use nothing else of this schema.

CREATE VIEW scheduler.reconcile_run_request AS
SELECT run_id, tenant_id, kind, trigger, lane, cancel_requested, create_time
FROM scheduler.run_request;

GRANT SELECT ON scheduler.reconcile_run_request TO rollcall_reconcile;

CREATE VIEW scheduler.reconcile_settings AS
SELECT tenant_id, settings, generation, sealed_credential
FROM scheduler.settings;

GRANT SELECT ON scheduler.reconcile_settings TO rollcall_reconcile;

CREATE VIEW results.run_request AS
SELECT run_id, tenant_id, kind, trigger, lane, cancel_requested, create_time
FROM scheduler.run_request;

GRANT SELECT ON results.run_request TO rollcall_results;

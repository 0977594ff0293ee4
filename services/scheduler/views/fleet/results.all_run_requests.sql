-- Requests of all tenants, for the state of the fleet.
CREATE OR REPLACE VIEW results.all_run_requests AS
SELECT run_id, tenant_id, lane, cancel_requested, create_time, open
FROM scheduler.run_request;

GRANT SELECT ON results.all_run_requests TO rollcall_results_fleet;

-- Outcomes of the runs of all tenants, for the state of the fleet.
CREATE OR REPLACE VIEW results.all_run_outcomes AS
SELECT run_id, tenant_id, state, read_mode, unchanged, failure_code, failure_message, failure_advice, failure_detail
FROM reconcile.run_outcome;

GRANT SELECT ON results.all_run_outcomes TO rollcall_results_fleet;

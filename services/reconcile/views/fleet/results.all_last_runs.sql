-- As last_run, of all tenants, for the state of the fleet.
CREATE OR REPLACE VIEW results.all_last_runs AS
SELECT tenant_id, run_id, state, success_time, failing_since_run_id,
       held_run_id IS NOT NULL AND (decided_run_id IS NULL OR decided_run_id < held_run_id) AS held
FROM reconcile.last_run;

GRANT SELECT ON results.all_last_runs TO rollcall_results_fleet;

-- Outcome of each tenant's runs. A sync is HELD until a later one has succeeded or failed.
CREATE OR REPLACE VIEW results.last_run AS
SELECT tenant_id, run_id, state, failure_code, success_time, failing_since_run_id,
       held_run_id IS NOT NULL AND (decided_run_id IS NULL OR decided_run_id < held_run_id) AS held
FROM reconcile.last_run;

GRANT SELECT ON results.last_run TO rollcall_results;

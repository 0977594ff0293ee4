CREATE OR REPLACE VIEW results.superseded_run AS
SELECT tenant_id, run_id
FROM reconcile.scheduler_superseded_run;

GRANT SELECT ON results.superseded_run TO rollcall_results;

CREATE OR REPLACE VIEW results.period AS
SELECT preview_days, rows_days, summary_days, removed_days
FROM reconcile.period;

GRANT SELECT ON results.period TO rollcall_results;

CREATE OR REPLACE VIEW reconcile.scheduler_period AS
SELECT preview_days, rows_days, summary_days, removed_days
FROM reconcile.period;

GRANT SELECT ON reconcile.scheduler_period TO rollcall_scheduler;

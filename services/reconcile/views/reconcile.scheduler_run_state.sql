CREATE OR REPLACE VIEW reconcile.scheduler_run_state AS
SELECT run_id, tenant_id, state, state <> 'QUEUED' AS begun, failure_code, end_time,
       kind, held_reason, settings_generation, domain_generation, accounts_changed,
       reverted_by_run_id IS NOT NULL AS reverted,
       rows_expire_time
FROM reconcile.run_outcome;

GRANT SELECT ON reconcile.scheduler_run_state TO rollcall_scheduler;

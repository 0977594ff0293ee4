-- As scheduler_run_state, of all tenants, for the sweeper.
CREATE OR REPLACE VIEW reconcile.scheduler_all_run_states AS
SELECT run_id, tenant_id, state <> 'QUEUED' AS begun, end_time, rows_expire_time
FROM reconcile.run_outcome;

GRANT SELECT ON reconcile.scheduler_all_run_states TO rollcall_scheduler_fleet;

-- The pulse of the runs of all tenants that go on. A silent one shows the scheduler that a job may be lost.
CREATE OR REPLACE VIEW reconcile.scheduler_all_heartbeats AS
SELECT tenant_id, run_id, beat_time
FROM reconcile.heartbeat;

GRANT SELECT ON reconcile.scheduler_all_heartbeats TO rollcall_scheduler_fleet;

-- The pulse of the runs that go on. A silent one shows the scheduler that a job may be lost.
CREATE OR REPLACE VIEW reconcile.scheduler_heartbeat AS
SELECT tenant_id, run_id, beat_time
FROM reconcile.heartbeat;

GRANT SELECT ON reconcile.scheduler_heartbeat TO rollcall_scheduler;

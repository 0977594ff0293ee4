-- Runs that lose their workers: counted, and bounded by the deadline that they began with.

ALTER TABLE reconcile.run_outcome
    -- How often the run was taken from a worker that had fallen silent.
    ADD COLUMN takeovers integer NOT NULL DEFAULT 0,
    -- Until when this attempt must have ended: given when a worker first begins it, and kept when another takes it over.
    ADD COLUMN deadline timestamptz;

-- The pulse of the runs that go on. A silent one shows the scheduler that a job may be lost.
CREATE VIEW reconcile.scheduler_heartbeat AS
SELECT tenant_id, run_id, beat_time
FROM reconcile.heartbeat;

GRANT SELECT ON reconcile.scheduler_heartbeat TO rollcall_scheduler;

CREATE OR REPLACE VIEW results.run_outcome AS
SELECT o.run_id, o.tenant_id, o.state, o.read_mode, o.read_mode_reason, o.unchanged,
       CASE WHEN o.state = 'RUNNING' THEN COALESCE(h.objects, 0) ELSE o.objects END AS objects,
       CASE WHEN o.state = 'RUNNING' THEN COALESCE(h.claims, 0) ELSE o.claims END AS claims,
       o.not_email, o."references", o."add", o.keep, o."update", o.remove, o.stale, o.skip, o.accounts, o.welcomes,
       o.failure_code, o.failure_message, o.failure_advice, o.failure_detail,
       o.attempt, o.next_attempt_time, o.start_time, o.end_time,
       o.held_reason, o.held_message, o.would_hold, o.rows_of_run_id, o.accounts_reduced,
       -- The rows of a HELD run that has none of its own go when those go that it shows.
       LEAST(o.rows_expire_time, shown.rows_expire_time) AS rows_expire_time,
       o.takeovers
FROM reconcile.run_outcome o
LEFT JOIN reconcile.heartbeat h ON h.tenant_id = o.tenant_id AND h.run_id = o.run_id
LEFT JOIN reconcile.run_outcome shown ON shown.tenant_id = o.tenant_id AND shown.run_id = o.rows_of_run_id;

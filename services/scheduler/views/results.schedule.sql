-- A tenant's own pauses, except for refused credentials, which reconcile counts. The next time is published while there
-- is no pause.
CREATE OR REPLACE VIEW results.schedule AS
SELECT tenant_id, every_hours, CASE WHEN paused_reason IS NULL THEN next_run_time END AS next_run_time, paused_reason,
       key_id, credential_generation
FROM scheduler.settings;

GRANT SELECT ON results.schedule TO rollcall_results;

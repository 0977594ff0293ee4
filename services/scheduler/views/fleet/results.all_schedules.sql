-- Schedules of all tenants, for the state of the fleet.
CREATE OR REPLACE VIEW results.all_schedules AS
SELECT tenant_id, every_hours, paused_reason, key_id, credential_generation
FROM scheduler.settings;

GRANT SELECT ON results.all_schedules TO rollcall_results_fleet;

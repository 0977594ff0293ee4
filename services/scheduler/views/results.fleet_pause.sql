CREATE OR REPLACE VIEW results.fleet_pause AS
SELECT schedules_paused, removals_paused, note, update_time
FROM scheduler.fleet;

GRANT SELECT ON results.fleet_pause TO rollcall_results, rollcall_results_fleet;

-- The operator's pauses for all tenants.
SELECT schedules_paused AS "schedules_paused!", removals_paused AS "removals_paused!", note AS "note!", update_time
FROM results.fleet_pause

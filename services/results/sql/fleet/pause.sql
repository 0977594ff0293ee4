-- What the operator has paused for everybody.
SELECT schedules_paused, removals_paused, note, update_time
FROM results.fleet_pause

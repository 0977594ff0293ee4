UPDATE scheduler.fleet
SET schedules_paused = schedules_paused OR $1,
    removals_paused = removals_paused OR $2,
    note = CASE WHEN $3 = '' THEN note ELSE $3 END,
    update_time = now()
RETURNING schedules_paused, removals_paused, note, update_time

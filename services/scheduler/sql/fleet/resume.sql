-- The note goes with the last pause.
UPDATE scheduler.fleet
SET schedules_paused = schedules_paused AND NOT $1,
    removals_paused = removals_paused AND NOT $2,
    note = CASE WHEN (schedules_paused AND NOT $1) OR (removals_paused AND NOT $2) THEN note ELSE '' END,
    schedules_resume_time = CASE WHEN schedules_paused AND $1 THEN now() ELSE schedules_resume_time END,
    update_time = CASE WHEN (schedules_paused AND $1) OR (removals_paused AND $2) THEN now() ELSE update_time END
RETURNING schedules_paused, removals_paused, note, update_time

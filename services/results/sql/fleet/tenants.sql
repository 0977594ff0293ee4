-- Number of tenants with settings, of those with a schedule, and of paused schedules by reason.
SELECT
    count(*) AS "tenants!",
    count(*) FILTER (WHERE every_hours > 0) AS "scheduled!",
    count(*) FILTER (WHERE every_hours > 0 AND refused.credential_generation = schedule.credential_generation) AS "refused!",
    count(*) FILTER (WHERE every_hours > 0 AND paused_reason = 'REVERTED') AS "reverted!"
FROM results.all_schedules AS schedule
LEFT JOIN results.all_refused_credentials AS refused ON refused.tenant_id = schedule.tenant_id

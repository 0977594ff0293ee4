-- Number of tenants whose last finished sync is HELD.
SELECT count(*) AS "held!"
FROM results.all_last_runs AS last
JOIN results.all_schedules AS schedule ON schedule.tenant_id = last.tenant_id
WHERE last.held

-- Number of tenants whose last finished sync is HELD.
SELECT count(*) AS "held!"
FROM results.last_run AS last
JOIN results.schedule ON schedule.tenant_id = last.tenant_id
WHERE last.held

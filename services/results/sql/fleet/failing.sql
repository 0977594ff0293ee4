-- Tenants whose last finished run FAILED, and how many they are: the longest failing first, counted from the first failure
-- after the last success. A cancelled run says nothing.
WITH failing AS (
    SELECT last.tenant_id, last.run_id, last.success_time, last.failing_since_run_id,
           count(*) OVER () AS failing_tenants
    FROM results.all_last_runs AS last
    JOIN results.all_schedules AS schedule ON schedule.tenant_id = last.tenant_id
    WHERE last.state = 'FAILED'
    ORDER BY last.failing_since_run_id, last.tenant_id
    LIMIT 100
)
SELECT
    failing.tenant_id AS "tenant_id!",
    failing.run_id AS "run_id!",
    outcome.failure_code,
    outcome.failure_message,
    outcome.failure_advice,
    outcome.failure_detail,
    failing.success_time AS last_success_time,
    failing.failing_tenants AS "failing_tenants!"
FROM failing
LEFT JOIN results.all_run_outcomes AS outcome
    ON outcome.tenant_id = failing.tenant_id AND outcome.run_id = failing.run_id
ORDER BY failing.failing_since_run_id, failing.tenant_id

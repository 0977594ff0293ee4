-- Tenants whose last finished run FAILED, and how many they are: the longest failing first, counted from the first failure
-- after the last success. A cancelled run tells nothing.
WITH failing AS MATERIALIZED (
    SELECT schedule.tenant_id, last.*
    FROM results.schedule
    CROSS JOIN LATERAL (
        SELECT run_id, state, failure_code, failure_message, failure_advice, failure_detail
        FROM results.run_outcome AS outcome
        WHERE outcome.tenant_id = schedule.tenant_id
          AND outcome.state IN ('SUCCEEDED', 'HELD', 'FAILED')
        ORDER BY outcome.run_id DESC
        LIMIT 1
    ) AS last
    WHERE last.state = 'FAILED'
)
SELECT
    failing.tenant_id AS "tenant_id!",
    failing.run_id AS "run_id!",
    failing.failure_code,
    failing.failure_message,
    failing.failure_advice,
    failing.failure_detail,
    success.end_time AS last_success_time,
    count(*) OVER () AS "failing_tenants!"
FROM failing
LEFT JOIN LATERAL (
    SELECT outcome.run_id, outcome.end_time
    FROM results.run_outcome AS outcome
    WHERE outcome.tenant_id = failing.tenant_id
      AND outcome.state = 'SUCCEEDED'
    ORDER BY outcome.run_id DESC
    LIMIT 1
) AS success ON true
LEFT JOIN LATERAL (
    SELECT outcome.run_id
    FROM results.run_outcome AS outcome
    WHERE outcome.tenant_id = failing.tenant_id
      AND outcome.state = 'FAILED'
      AND outcome.run_id > COALESCE(success.run_id, '00000000-0000-0000-0000-000000000000')
    ORDER BY outcome.run_id
    LIMIT 1
) AS first ON true
ORDER BY first.run_id, failing.tenant_id
LIMIT 100

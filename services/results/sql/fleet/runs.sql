-- Runs from id $1 on, and all older ones that have not ended, by state and by how they were read. Almost all were taken by a
-- worker and are counted by their outcomes alone, one range of an index; what waits, or was cancelled while it waited, by its
-- request.
SELECT state AS "state!", read_mode, unchanged AS "unchanged!", recent AS "recent!", sum(runs)::bigint AS "runs!"
FROM (
    SELECT state, read_mode, unchanged, true AS recent, count(*) AS runs
    FROM results.all_run_outcomes
    WHERE run_id >= $1::uuid
      AND state <> 'QUEUED'
    GROUP BY state, read_mode, unchanged
    UNION ALL
    SELECT
        CASE
            WHEN outcome.state = 'RUNNING' THEN 'RUNNING'
            WHEN request.cancel_requested THEN 'CANCELLED'
            ELSE 'QUEUED'
        END AS state,
        NULL AS read_mode,
        false AS unchanged,
        request.run_id >= $1::uuid AS recent,
        1 AS runs
    FROM results.all_run_requests AS request
    LEFT JOIN results.all_run_outcomes AS outcome
        ON outcome.tenant_id = request.tenant_id AND outcome.run_id = request.run_id
    WHERE (request.open OR request.cancel_requested AND request.run_id >= $1::uuid)
      AND CASE
          WHEN request.run_id >= $1::uuid THEN COALESCE(outcome.state, 'QUEUED') = 'QUEUED'
          ELSE outcome.state = 'RUNNING' OR NOT request.cancel_requested AND COALESCE(outcome.state, 'QUEUED') = 'QUEUED'
      END
) AS run
GROUP BY state, read_mode, unchanged, recent

-- Runs from id $1 on, and all older ones that have not ended, by state and by how they were read. Run ids grow with time, so
-- each side of the first join is one range of an index.
SELECT state, read_mode, unchanged, recent, count(*) AS runs
FROM (
    SELECT
        CASE
            WHEN request.cancel_requested AND COALESCE(outcome.state, 'QUEUED') = 'QUEUED' THEN 'CANCELLED'
            ELSE COALESCE(outcome.state, 'QUEUED')
        END AS state,
        outcome.read_mode,
        COALESCE(outcome.unchanged, false) AS unchanged,
        true AS recent
    FROM results.run_request AS request
    LEFT JOIN results.run_outcome AS outcome
        ON outcome.run_id = request.run_id AND outcome.tenant_id = request.tenant_id AND outcome.run_id >= $1::uuid
    WHERE request.run_id >= $1::uuid
    UNION ALL
    SELECT
        COALESCE(outcome.state, 'QUEUED') AS state,
        NULL AS read_mode,
        false AS unchanged,
        false AS recent
    FROM results.run_request AS request
    LEFT JOIN results.run_outcome AS outcome
        ON outcome.run_id = request.run_id AND outcome.tenant_id = request.tenant_id
    WHERE request.open
      AND request.run_id < $1::uuid
      AND (outcome.state = 'RUNNING' OR NOT request.cancel_requested AND COALESCE(outcome.state, 'QUEUED') = 'QUEUED')
) AS run
GROUP BY state, read_mode, unchanged, recent

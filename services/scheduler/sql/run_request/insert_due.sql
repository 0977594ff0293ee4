-- A tenant of which any sync still waits, an approved one too, gets no second one. One whose last run could not reach its directory
-- goes to the slow lane, so that its time-outs cost the others nothing. The last run is sought among the
-- newest few alone, since a tenant has but a few that have not ended.
INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane)
SELECT due.run_id, due.tenant_id, 'SYNC', 'SCHEDULED',
       CASE WHEN last_run.failure_code = ANY ($3::text[]) THEN 'slow' ELSE 'scheduled' END
FROM UNNEST($1::uuid[], $2::text[]) AS due (run_id, tenant_id)
LEFT JOIN LATERAL (
    SELECT state.failure_code
    FROM (
        SELECT tenant_id, run_id
        FROM scheduler.run_request
        WHERE tenant_id = due.tenant_id
        ORDER BY run_id DESC
        LIMIT 8
    ) AS recent
    JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
    WHERE state.end_time IS NOT NULL
    ORDER BY run_id DESC
    LIMIT 1
) AS last_run ON true
WHERE NOT EXISTS (
    SELECT
    FROM scheduler.run_request AS request
    LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
    WHERE request.tenant_id = due.tenant_id
      AND request.kind = 'SYNC'
      AND request.open
      AND NOT request.cancel_requested
      AND NOT COALESCE(state.begun, false)
      AND state.end_time IS NULL
)

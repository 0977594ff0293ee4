-- A tenant of which any sync still waits, an approved one too, gets no second one. One whose last run could not reach its
-- directory goes to the slow lane, so that its time-outs cost the others nothing. Each tenant's open syncs are looked up by
-- themselves: when all are due at once, statistics still say that almost none is open.
INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane)
SELECT due.run_id, due.tenant_id, 'SYNC', 'SCHEDULED',
       CASE WHEN tenant.last_failure_code = ANY ($3::text[]) THEN 'slow' ELSE 'scheduled' END
FROM UNNEST($1::uuid[], $2::text[]) AS due (run_id, tenant_id)
LEFT JOIN reconcile.scheduler_all_tenants AS tenant ON tenant.tenant_id = due.tenant_id
WHERE NOT EXISTS (
    SELECT
    FROM scheduler.run_request AS request
    WHERE request.tenant_id = due.tenant_id
      AND request.kind = 'SYNC'
      AND request.open
      AND NOT request.cancel_requested
      AND NOT EXISTS (
          SELECT
          FROM reconcile.scheduler_all_run_states AS state
          WHERE state.tenant_id = request.tenant_id AND state.run_id = request.run_id
            AND (state.begun OR state.end_time IS NOT NULL)
          OFFSET 0
      )
    OFFSET 0
)

INSERT INTO scheduler.run_request (run_id, tenant_id, kind, trigger, lane, traceparent)
VALUES ($1, $2, $3, 'MANUAL', 'interactive', $4)

-- A claim is kept in the row, not in a transaction, so that nothing is locked while the broker is slow. It is short, and renewed
-- by its publisher: one that has died does not keep others waiting. Looked up by key: a join might read the requests of all months.
UPDATE scheduler.run_request AS request
SET claim_expire_time = now() + make_interval(secs => $2), claimed_by = $3
WHERE run_id = ANY (ARRAY(
    SELECT run_id
    FROM scheduler.run_request
    WHERE publish_time IS NULL AND open AND (claim_expire_time IS NULL OR claim_expire_time < now())
    ORDER BY lane, create_time
    LIMIT $1
    FOR UPDATE SKIP LOCKED
))
RETURNING request.run_id, request.tenant_id, request.lane, request.traceparent

-- A claim is kept in the row, not in a transaction, so that nothing is locked while the broker is slow. It is short, and renewed
-- by whoever has it: a publisher that is gone keeps nobody waiting.
UPDATE scheduler.run_request AS request
SET claimed_until = now() + make_interval(secs => $2), claimed_by = $3
FROM (
    SELECT run_id
    FROM scheduler.run_request
    WHERE published_at IS NULL AND open AND (claimed_until IS NULL OR claimed_until < now())
    ORDER BY lane, create_time
    LIMIT $1
    FOR UPDATE SKIP LOCKED
) AS next
WHERE request.run_id = next.run_id
RETURNING request.run_id, request.tenant_id, request.lane, request.traceparent

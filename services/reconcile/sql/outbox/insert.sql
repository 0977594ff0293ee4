-- Many at once: each parameter is a column.
INSERT INTO reconcile.outbox (
    tenant_id, sequence, routing_key, payload
)
SELECT *
FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::bytea[]
)

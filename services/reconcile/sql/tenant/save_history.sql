-- The history's numbers and the last read, and what the portal must hear: the events' numbers are the tenant's.
WITH news AS (
    INSERT INTO reconcile.outbox (tenant_id, sequence, routing_key, payload)
    SELECT $1, n.sequence, n.routing_key, n.payload
    FROM unnest($13::bigint[], $14::text[], $15::bytea[]) AS n (sequence, routing_key, payload)
)
UPDATE reconcile.tenant
SET applied = $2,
    next_row_id = $3,
    outbox_sequence = $4,
    accounts = $5,
    account_version = $6,
    digest = $7,
    inputs = $8,
    server_id = $9,
    steady_keep = $10,
    steady_stale = $11,
    steady_skip = $12,
    steady_not_email = $16
WHERE tenant_id = $1

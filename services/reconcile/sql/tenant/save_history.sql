-- The history's numbers and the last read, with its hints if it was applied just now, and what the portal must hear: the
-- events' numbers are the tenant's.
WITH news AS (
    INSERT INTO reconcile.outbox (tenant_id, sequence, routing_key, payload)
    SELECT $1, n.sequence, n.routing_key, n.payload
    FROM unnest($15::bigint[], $16::text[], $17::bytea[]) AS n (sequence, routing_key, payload)
), seen AS (
    INSERT INTO reconcile.sighting AS s (tenant_id, objects)
    SELECT $1, $20::bytea
    WHERE $20::bytea IS NOT NULL
    ON CONFLICT (tenant_id) DO UPDATE SET objects = EXCLUDED.objects
    WHERE s.objects <> EXCLUDED.objects
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
    server_host = $10,
    server_address = $11,
    steady_keep = $12,
    steady_stale = $13,
    steady_skip = $14,
    steady_not_email = $18,
    hints = $19,
    steady_skipped = $21,
    steady_spoilt = $22,
    steady_objects = $23,
    steady_claims = $24
WHERE tenant_id = $1

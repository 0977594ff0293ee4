-- The history's numbers, and what the portal must hear: the events' numbers are the tenant's.
WITH news AS (
    INSERT INTO reconcile.outbox (tenant_id, sequence, routing_key, payload)
    SELECT $1, n.sequence, n.routing_key, n.payload
    FROM unnest($7::bigint[], $8::text[], $9::bytea[]) AS n (sequence, routing_key, payload)
)
UPDATE reconcile.tenant
SET applied = $2, next_row_id = $3, outbox_sequence = $4, accounts = $5, account_version = $6
WHERE tenant_id = $1

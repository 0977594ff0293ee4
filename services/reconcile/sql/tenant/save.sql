-- The row, and what the portal is to hear of it: the events' numbers are the row's.
WITH news AS (
    INSERT INTO reconcile.outbox (tenant_id, sequence, routing_key, payload)
    SELECT $1, n.sequence, n.routing_key, n.payload
    FROM unnest($24::bigint[], $25::text[], $26::bytea[]) AS n (sequence, routing_key, payload)
)
UPDATE reconcile.tenant
SET fence = $2,
    run_id = $3,
    worker = $4,
    settings_generation = $5,
    deadline = $6,
    portal_generation = $7,
    applied = $8,
    next_row_id = $9,
    outbox_sequence = $10,
    digest = $11,
    inputs = $12,
    steady_keep = $13,
    steady_stale = $14,
    steady_skip = $15,
    accounts = $16,
    domain_generation = $17,
    account_version = $18,
    removal_generation = $19,
    server_id = $20,
    refused_binds = $21,
    refused_credential_generation = $22,
    paused_credential_generation = $23
WHERE tenant_id = $1

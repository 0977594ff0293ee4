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
    accounts = $16
WHERE tenant_id = $1

-- Many at once: each parameter is a column.
INSERT INTO reconcile.address_before (
    tenant_id, run_id, account_id, address, stale_since, address_type, origin
)
SELECT *
FROM unnest(
    $1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::text[], $7::text[]
)

-- Many at once: each parameter is a column.
INSERT INTO portal.address (
    tenant_id, address, account_id, stale_since, address_type, origin
)
SELECT *
FROM unnest(
    $1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[]
)

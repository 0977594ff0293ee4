-- Many at once: each parameter is a column.
INSERT INTO portal.account (
    tenant_id, account_id, hsr_enabled, is_protected, stale_since, type, origin, primary_address, object_id,
    created_version, version
)
SELECT *
FROM unnest(
    $1::text[], $2::uuid[], $3::boolean[], $4::boolean[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::bigint[], $11::bigint[]
)

-- Many at once: each parameter is a column.
INSERT INTO reconcile.account_before (
    tenant_id, run_id, account_id, hsr_enabled, is_protected, stale_since, removed, type, origin, object_id
)
SELECT *
FROM unnest(
    $1::text[], $2::uuid[], $3::uuid[], $4::boolean[], $5::boolean[], $6::timestamptz[], $7::boolean[], $8::text[],
    $9::text[], $10::text[]
)

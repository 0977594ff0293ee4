-- Many at once: each parameter is a column.
INSERT INTO reconcile.claim_history (
    tenant_id, row_id, valid_from, valid_to, content, preview_run_id, previous_verdict, entry_verdict, entry_reason,
    entry_other, steady_verdict, steady_reason, steady_other, address, address_type, primary_address, directory_type,
    directory_primary, object_type, object_id, object_dn
)
SELECT *
FROM unnest(
    $1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
    $18::text[], $19::text[], $20::text[], $21::text[]
)

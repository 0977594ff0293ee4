-- Many at once: each parameter is a column.
INSERT INTO reconcile.preview_hidden (
    tenant_id, run_id, row_id
)
SELECT *
FROM unnest(
    $1::text[], $2::uuid[], $3::bigint[]
)

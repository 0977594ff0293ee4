-- The last change of an address. A row that was written again while the address stayed stale changed nothing.
SELECT
    run_id AS "run_id!",
    row_id AS "row_id!",
    address AS "address!",
    verdict,
    reason,
    address_type,
    primary_address,
    directory_type,
    directory_primary,
    object_type,
    object_id,
    object_dn,
    other
FROM (
    SELECT *, lag(verdict) OVER (ORDER BY run_id, row_id) AS verdict_before
    FROM results.address_change
    WHERE tenant_id = $1
      AND address = $2
) AS change
WHERE verdict <> 'STALE'
   OR verdict_before IS DISTINCT FROM 'STALE'
ORDER BY run_id DESC, row_id DESC
LIMIT 1

-- A run's verdicts on one address: as many as objects claim it, of which the first will do.
SELECT
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
    other,
    previous_verdict
FROM results.run_row
WHERE tenant_id = $1
  AND run_id = $2
  AND address = $3
ORDER BY row_id
LIMIT 100

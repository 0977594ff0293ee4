-- A run's verdicts, by key. $3: which verdicts, null for all. $4: only rows of claims. $5: what the address begins with,
-- in lower case; only invalid addresses stand here in another, and are looked up by an index of their own. A row that a preview
-- alone had has no verdict: it is shown to those who ask for all. $6 and $7: the key after which to begin; a search begins at
-- its first address, if that is later. $8: how many, null for all. Meant to be planned for its values: each condition that they
-- leave out falls away, and each that stays has its index.
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
FROM (
    (
        SELECT *
        FROM results.run_row
        WHERE tenant_id = $1
          AND run_id = $2
          AND ($3::text[] IS NULL OR verdict = ANY ($3))
          AND ($3::text[] IS NULL OR $3 && ARRAY['ADD', 'KEEP'] OR of_note)
          AND (NOT $4 OR directory_type IS NOT NULL)
          AND ($5 = '' OR address ^@ $5)
          AND (address, row_id) > (
              CASE WHEN $6 >= $5 COLLATE "C" THEN $6 ELSE $5 END,
              CASE WHEN $6 >= $5 COLLATE "C" THEN $7::bigint ELSE 0 END)
        ORDER BY address, row_id
        LIMIT $8::bigint
    )
    UNION ALL
    (
        SELECT *
        FROM results.run_row
        WHERE tenant_id = $1
          AND run_id = $2
          AND ($3::text[] IS NULL OR verdict = ANY ($3))
          AND ($3::text[] IS NULL OR $3 && ARRAY['ADD', 'KEEP'] OR of_note)
          AND (NOT $4 OR directory_type IS NOT NULL)
          AND lower_address ^@ $5 AND NOT address ^@ $5
          AND (address, row_id) > ($6, $7)
        ORDER BY address, row_id
        LIMIT CASE WHEN $5 = '' THEN 0 ELSE $8 END
    )
) AS run_row
ORDER BY address, row_id
LIMIT $8

-- As page.sql, of the accounts that were removed and can be restored, each with the addresses that it had.
WITH matching AS MATERIALIZED (
    SELECT account_id
    FROM results.removed_address
    WHERE tenant_id = $1 AND address ^@ $2
    LIMIT 5000
),
few AS MATERIALIZED (
    SELECT count(*) < 5000 AS are FROM matching
),
page AS (
    (
        SELECT account_id, primary_address, type, origin, hsr_enabled, is_protected, stale_since, remove_time
        FROM results.account
        WHERE (SELECT are FROM few)
          AND tenant_id = $1
          AND remove_time IS NOT NULL
          AND account_id IN (SELECT account_id FROM matching)
          AND (primary_address, account_id) > ($3, $4)
        ORDER BY primary_address, account_id
        LIMIT $5
    )
    UNION ALL
    (
        SELECT account_id, primary_address, type, origin, hsr_enabled, is_protected, stale_since, remove_time
        FROM results.account
        WHERE NOT (SELECT are FROM few)
          AND tenant_id = $1
          AND remove_time IS NOT NULL
          AND EXISTS (
              SELECT
              FROM results.removed_address AS own
              WHERE own.tenant_id = $1 AND own.account_id = account.account_id AND own.address ^@ $2
          )
          AND (primary_address, account_id) > ($3, $4)
        ORDER BY primary_address, account_id
        LIMIT $5
    )
)
SELECT
    page.account_id AS "account_id!",
    page.primary_address AS "primary_address!",
    page.type AS "type!",
    page.origin AS "origin!",
    page.hsr_enabled AS "hsr_enabled!",
    page.is_protected AS "is_protected!",
    page.stale_since,
    page.remove_time,
    own.address,
    own.address_type,
    own.origin AS address_origin,
    own.stale_since AS address_stale_since
FROM page
LEFT JOIN results.removed_address AS own ON own.tenant_id = $1 AND own.account_id = page.account_id
ORDER BY page.primary_address, page.account_id

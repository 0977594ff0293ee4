-- A page of a tenant's live accounts by primary address, each with all its addresses. $2: what any
-- address of the account begins with. $3 and $4: the key after which to begin. Addresses that few have are looked up and
-- their accounts sorted; of those that many have, accounts are met soon on the way through all by key.
WITH matching AS MATERIALIZED (
    SELECT account_id
    FROM results.account_address
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
          AND remove_time IS NULL
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
          AND remove_time IS NULL
          AND EXISTS (
              SELECT
              FROM results.account_address AS own
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
LEFT JOIN results.account_address AS own ON own.tenant_id = $1 AND own.account_id = page.account_id
ORDER BY page.primary_address, page.account_id

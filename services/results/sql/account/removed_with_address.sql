-- The removed accounts that had an address, the last removed first, with all the addresses that they had.
WITH had AS (
    SELECT account.*
    FROM results.removed_address AS wanted
    JOIN results.account ON account.tenant_id = wanted.tenant_id AND account.account_id = wanted.account_id
    WHERE wanted.tenant_id = $1
      AND wanted.address = $2
      AND account.remove_time IS NOT NULL
    ORDER BY account.remove_time DESC, account.account_id
    LIMIT 10
)
SELECT
    had.account_id AS "account_id!",
    had.primary_address AS "primary_address!",
    had.type AS "type!",
    had.origin AS "origin!",
    had.hsr_enabled AS "hsr_enabled!",
    had.is_protected AS "is_protected!",
    had.stale_since,
    had.remove_time,
    own.address,
    own.address_type,
    own.origin AS address_origin,
    own.stale_since AS address_stale_since
FROM had
JOIN results.removed_address AS own ON own.tenant_id = had.tenant_id AND own.account_id = had.account_id
ORDER BY had.remove_time DESC, had.account_id

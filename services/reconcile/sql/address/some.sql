-- Of accounts that count, and what removed ones had, for the day they return. An account has its addresses in one of the two.
SELECT account_id AS "account_id!", address AS "address!", address_type AS "address_type!", origin AS "origin!", stale_since
FROM portal.address
WHERE tenant_id = $1 AND account_id = ANY($2)
UNION ALL
SELECT account_id, address, address_type, origin, stale_since
FROM portal.removed_address
WHERE tenant_id = $1 AND account_id = ANY($2)

-- What removed accounts had, for the day they return.
SELECT account_id, address, address_type, origin, stale_since
FROM portal.removed_address
WHERE tenant_id = $1

SELECT account_id, address, address_type, origin, stale_since
FROM portal.address
WHERE tenant_id = $1

-- One row an address, or one for an account without any. A live account's addresses are in one table, those that a removed one
-- had in the other.
SELECT a.account_id, a.object_id, a.type, a.origin AS account_origin, a.hsr_enabled, a.protected,
       a.stale_since AS account_stale_since, a.remove_time IS NOT NULL AS removed,
       d.address, d.address_type, d.origin, d.stale_since
FROM portal.account a
LEFT JOIN (
    SELECT account_id, address, address_type, origin, stale_since
    FROM portal.address
    WHERE tenant_id = $1
    UNION ALL
    SELECT account_id, address, address_type, origin, stale_since
    FROM portal.removed_address
    WHERE tenant_id = $1
) d ON d.account_id = a.account_id
WHERE a.tenant_id = $1
ORDER BY a.account_id

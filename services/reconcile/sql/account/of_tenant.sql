SELECT account_id, object_id, type, origin, hsr_enabled, is_protected, stale_since, remove_time IS NOT NULL AS "removed!"
FROM portal.account
WHERE tenant_id = $1

-- Of accounts that a run could remove, or take an address from.
SELECT object_id AS "object_id!"
FROM portal.account
WHERE tenant_id = $1 AND object_id IS NOT NULL AND remove_time IS NULL AND NOT is_protected

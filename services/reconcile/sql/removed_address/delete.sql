DELETE FROM portal.removed_address
WHERE tenant_id = $1 AND account_id = ANY($2)

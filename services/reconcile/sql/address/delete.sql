DELETE FROM portal.address
WHERE tenant_id = $1 AND address = ANY($2)

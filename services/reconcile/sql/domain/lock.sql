SELECT
FROM portal.domain
WHERE tenant_id = $1 OR name = ANY($2)
ORDER BY name
FOR UPDATE

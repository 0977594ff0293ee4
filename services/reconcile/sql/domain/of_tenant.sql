SELECT name, alias_of
FROM portal.domain
WHERE tenant_id = $1
ORDER BY name

-- The tenant's own, and those of the domains met that another tenant owns. By name, as the plan meets them.
SELECT name, alias_of, true AS own
FROM portal.domain
WHERE tenant_id = $1
UNION ALL
SELECT name, alias_of, false
FROM portal.domain
WHERE name = ANY($2) AND tenant_id <> $1
ORDER BY name

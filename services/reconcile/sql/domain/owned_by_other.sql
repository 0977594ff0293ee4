SELECT name
FROM portal.domain
WHERE name = ANY($1) AND tenant_id <> $2
ORDER BY name
LIMIT 1

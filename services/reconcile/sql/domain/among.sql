SELECT name, alias_of
FROM portal.domain
WHERE name = ANY($1) AND tenant_id = $2

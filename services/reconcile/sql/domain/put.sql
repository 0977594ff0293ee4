-- No other tenant has any of these names, or the statement fails.
INSERT INTO portal.domain AS d (name, tenant_id, alias_of)
SELECT n.name, $1, n.alias_of
FROM unnest($2::text[], $3::text[]) AS n (name, alias_of)
ORDER BY n.name COLLATE "C"
ON CONFLICT (name) DO UPDATE
SET alias_of = EXCLUDED.alias_of
WHERE d.tenant_id = EXCLUDED.tenant_id

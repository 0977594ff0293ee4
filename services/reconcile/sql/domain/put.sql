-- By name, so that two tenants who claim the same names do not wait for each other in a circle. A name that is taken stays as
-- it is, whoever has it.
INSERT INTO portal.domain (name, tenant_id, alias_of)
SELECT n.name, $1, n.alias_of
FROM unnest($2::text[], $3::text[]) AS n (name, alias_of)
ORDER BY n.name COLLATE "C"
ON CONFLICT (name) DO NOTHING

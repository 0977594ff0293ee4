-- Of the names that the tenant has already.
UPDATE portal.domain AS d
SET alias_of = n.alias_of
FROM unnest($2::text[], $3::text[]) AS n (name, alias_of)
WHERE d.tenant_id = $1
  AND d.name = n.name COLLATE "C"
  AND d.alias_of IS DISTINCT FROM n.alias_of

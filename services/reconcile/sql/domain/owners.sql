-- The tenant's own; those of the domains met that another tenant owns, by name, as the plan meets them; and those that the last
-- applied run met.
SELECT 'OWN' AS "of!", name AS "name!", alias_of
FROM portal.domain
WHERE tenant_id = $1
UNION ALL
SELECT 'FOREIGN', name, NULL
FROM portal.domain
WHERE name = ANY($2) AND tenant_id <> $1
UNION ALL
SELECT 'REMEMBERED', name, NULL
FROM reconcile.foreign_domain
WHERE tenant_id = $1
ORDER BY "name!"

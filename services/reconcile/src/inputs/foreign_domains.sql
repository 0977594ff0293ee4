-- By name, as the plan meets them.
SELECT f.name
FROM reconcile.foreign_domain f
JOIN portal.domain d ON d.name = f.name
WHERE f.tenant_id = $1 AND d.tenant_id <> f.tenant_id
ORDER BY f.name

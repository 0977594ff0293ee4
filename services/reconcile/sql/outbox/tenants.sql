-- From tenant to tenant along the index, without reading what is between.
WITH RECURSIVE waiting AS (
    (SELECT tenant_id FROM reconcile.outbox ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.tenant_id FROM reconcile.outbox o WHERE o.tenant_id > w.tenant_id ORDER BY o.tenant_id LIMIT 1)
    FROM waiting w
    WHERE w.tenant_id IS NOT NULL
)
SELECT tenant_id AS "tenant_id!"
FROM waiting
WHERE tenant_id IS NOT NULL
LIMIT $1

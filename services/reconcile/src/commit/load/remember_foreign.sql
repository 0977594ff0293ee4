-- What is met no more is forgotten. The two touch different names.
WITH forgotten AS (
    DELETE FROM reconcile.foreign_domain WHERE tenant_id = $1 AND name <> ALL($2)
)
INSERT INTO reconcile.foreign_domain (tenant_id, name)
SELECT $1, unnest($2::text[])
ON CONFLICT DO NOTHING

-- Forgets domains that are no longer met. The two parts touch different names. Both may be many: each name is looked up, not compared
-- with all.
WITH forgotten AS (
    DELETE FROM reconcile.foreign_domain
    WHERE tenant_id = $1 AND name NOT IN (SELECT unnest($2::text[]) COLLATE "C")
)
INSERT INTO reconcile.foreign_domain (tenant_id, name)
SELECT $1, unnest($2::text[])
ON CONFLICT DO NOTHING

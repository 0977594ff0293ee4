INSERT INTO reconcile.tenant (tenant_id)
VALUES ($1)
ON CONFLICT DO NOTHING

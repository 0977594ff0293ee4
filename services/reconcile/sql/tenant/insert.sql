-- The first time that anything is done for the tenant.
WITH lease AS (
    INSERT INTO reconcile.lease (tenant_id)
    VALUES ($1)
    ON CONFLICT DO NOTHING
)
INSERT INTO reconcile.tenant (tenant_id)
VALUES ($1)
ON CONFLICT DO NOTHING

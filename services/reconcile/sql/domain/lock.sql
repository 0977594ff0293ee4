-- In the order of the names. Each is looked up by key: with OR, a kept plan might compare each domain of all tenants with the
-- whole array.
SELECT
FROM (
    SELECT name
    FROM portal.domain
    WHERE tenant_id = $1
    UNION
    SELECT unnest($2::text[]) COLLATE "C"
    ORDER BY name
) AS affected
CROSS JOIN LATERAL (
    SELECT
    FROM portal.domain
    WHERE domain.name = affected.name
    FOR UPDATE
) AS locked

-- The first that another tenant owns, or that is reserved for another. Each is looked up by key: a kept plan might compare each
-- domain of all tenants with the whole array.
SELECT taken.name AS "name!"
FROM unnest($1::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT name
    FROM portal.domain
    WHERE domain.name = wanted.name AND tenant_id <> $2
    UNION ALL
    SELECT name
    FROM portal.reserved_domain
    WHERE reserved_domain.name = wanted.name AND tenant_id <> $2 AND end_time > now()
    OFFSET 0
) AS taken
ORDER BY taken.name
LIMIT 1

-- Each is looked up by key: a kept plan might compare each domain of all tenants with the whole array.
SELECT known.name
FROM unnest($1::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT name
    FROM portal.domain
    WHERE domain.name = wanted.name AND tenant_id <> $2
    OFFSET 0
) AS known
ORDER BY known.name
LIMIT 1

-- Each is looked up by key: a kept plan might compare each domain of the tenant with the whole array.
SELECT known.name, known.alias_of
FROM unnest($1::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT name, alias_of
    FROM portal.domain
    WHERE domain.name = wanted.name AND tenant_id = $2
    OFFSET 0
) AS known

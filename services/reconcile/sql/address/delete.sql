-- Each is looked up by key: a kept plan might compare each address of the tenant with the whole array.
WITH known AS MATERIALIZED (
    SELECT known.ctid
    FROM unnest($2::text[]) AS candidate (address)
    CROSS JOIN LATERAL (
        SELECT ctid
        FROM portal.address
        WHERE tenant_id = $1 AND address.address = candidate.address
        OFFSET 0
    ) AS known
    -- No limit, which the planner does not know: it takes the rows for few and looks them up, instead of all that the policy
    -- lets the transaction see.
    LIMIT NULLIF(cardinality($2), cardinality($2))
)
DELETE FROM portal.address AS gone
USING known
WHERE gone.ctid = known.ctid

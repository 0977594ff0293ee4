-- Each account is looked up by key: a kept plan might compare each address of the tenant with the whole array.
WITH retained AS MATERIALIZED (
    SELECT retained.ctid
    FROM unnest($2::uuid[]) AS candidate (account_id)
    CROSS JOIN LATERAL (
        SELECT ctid
        FROM portal.removed_address
        WHERE tenant_id = $1 AND removed_address.account_id = candidate.account_id
        OFFSET 0
    ) AS retained
    -- No limit, which the planner does not know: it takes the rows for few and looks them up, instead of all that the policy
    -- lets the transaction see.
    LIMIT NULLIF(cardinality($2), cardinality($2))
)
DELETE FROM portal.removed_address AS gone
USING retained
WHERE gone.ctid = retained.ctid

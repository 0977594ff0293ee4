-- One may have been restored, and even removed again, since they were looked for. Each is looked up by its whole key, before the
-- time of its removal is asked: a kept plan would compare each removed account of the tenant with the whole array.
WITH known AS MATERIALIZED (
    SELECT known.ctid
    FROM unnest($2::uuid[]) AS candidate (account_id)
    CROSS JOIN LATERAL (
        SELECT ctid, remove_time
        FROM portal.account
        WHERE tenant_id = $1 AND account.account_id = candidate.account_id
        OFFSET 0
    ) AS known
    WHERE known.remove_time < now() - $3::bigint * interval '1 second'
    -- No limit, which the planner does not know: it takes the rows for few and looks them up, instead of all that the policy
    -- lets the transaction see.
    LIMIT NULLIF(cardinality($2), cardinality($2))
)
DELETE FROM portal.account AS gone
USING known
WHERE gone.ctid = known.ctid
RETURNING gone.account_id

-- Each account is looked up by key: a kept plan might compare each address of the tenant with the whole array.
DELETE FROM portal.removed_address
WHERE ctid = ANY (ARRAY(
    SELECT retained.ctid
    FROM unnest($2::uuid[]) AS gone (account_id)
    CROSS JOIN LATERAL (
        SELECT ctid
        FROM portal.removed_address
        WHERE tenant_id = $1 AND removed_address.account_id = gone.account_id
        OFFSET 0
    ) AS retained))

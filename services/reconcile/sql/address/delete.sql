-- Each is looked up by key: a kept plan might compare each address of the tenant with the whole array.
DELETE FROM portal.address
WHERE ctid = ANY (ARRAY(
    SELECT known.ctid
    FROM unnest($2::text[]) AS gone (address)
    CROSS JOIN LATERAL (
        SELECT ctid
        FROM portal.address
        WHERE tenant_id = $1 AND address.address = gone.address
        OFFSET 0
    ) AS known))

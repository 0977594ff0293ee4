-- Each is looked up by key: a kept plan might compare each reservation with the whole array.
DELETE FROM portal.reserved_domain
WHERE ctid = ANY (ARRAY(
    SELECT reserved.ctid
    FROM unnest($1::text[]) AS registered (name)
    CROSS JOIN LATERAL (
        SELECT ctid
        FROM portal.reserved_domain
        WHERE reserved_domain.name = registered.name
        OFFSET 0
    ) AS reserved))

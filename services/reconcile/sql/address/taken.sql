-- The first of them by bytes that an account has, with what that account is known by. Each is looked up by key: a kept plan might
-- compare each address of the tenant with the whole array.
SELECT d.address, a.primary_address
FROM unnest($2::text[]) AS wanted (address)
CROSS JOIN LATERAL (
    SELECT address, account_id
    FROM portal.address
    WHERE tenant_id = $1 AND address.address = wanted.address
    OFFSET 0
) AS d
JOIN portal.account a ON a.tenant_id = $1 AND a.account_id = d.account_id
ORDER BY d.address
LIMIT 1

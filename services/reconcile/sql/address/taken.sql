-- The first of them by bytes that an account has, with what that account is known by.
SELECT d.address, a.primary_address
FROM portal.address d
JOIN portal.account a ON a.tenant_id = d.tenant_id AND a.account_id = d.account_id
WHERE d.tenant_id = $1 AND d.address = ANY($2)
ORDER BY d.address
LIMIT 1

-- Those that were removed first, first.
SELECT tenant_id, account_id
FROM portal.account
WHERE remove_time < now() - $1::bigint * interval '1 second'
ORDER BY remove_time
LIMIT $2

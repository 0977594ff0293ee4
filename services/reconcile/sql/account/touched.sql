-- Those that the run made, and those that it found.
SELECT account_id AS "account_id!", version = $3 AS "untouched!"
FROM portal.account
WHERE tenant_id = $1 AND created_version = $3
UNION
SELECT a.account_id, a.version = $3
FROM reconcile.account_before b
JOIN portal.account a ON a.tenant_id = b.tenant_id AND a.account_id = b.account_id
WHERE b.tenant_id = $1 AND b.run_id = $2

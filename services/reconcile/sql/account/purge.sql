-- One may have been restored, and even removed again, since they were looked for.
DELETE FROM portal.account
WHERE tenant_id = $1 AND account_id = ANY($2) AND remove_time < now() - $3::bigint * interval '1 second'
RETURNING account_id

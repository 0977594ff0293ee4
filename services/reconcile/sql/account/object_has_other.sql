SELECT EXISTS (
    SELECT
    FROM portal.account
    WHERE tenant_id = $1 AND object_id = $2 AND account_id <> $3 AND remove_time IS NULL) AS "has_other!"

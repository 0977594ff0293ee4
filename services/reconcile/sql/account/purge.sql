-- One may have been restored, and even removed again, since they were looked for. Each is looked up by its whole key, before the
-- time of its removal is asked: a kept plan would compare each removed account of the tenant with the whole array.
DELETE FROM portal.account
WHERE ctid = ANY (ARRAY(
    SELECT known.ctid
    FROM unnest($2::uuid[]) AS candidate (account_id)
    CROSS JOIN LATERAL (
        SELECT ctid, remove_time
        FROM portal.account
        WHERE tenant_id = $1 AND account.account_id = candidate.account_id
        OFFSET 0
    ) AS known
    WHERE known.remove_time < now() - $3::bigint * interval '1 second'))
RETURNING account_id

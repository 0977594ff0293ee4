-- The accounts are named twice, in the array that the index is searched by and in the rows that bring the values: so both
-- sides of the join are small, however little is known of the table.
--
-- An account that was removed before keeps the time of its removal.
UPDATE portal.account a
SET hsr_enabled = c.hsr_enabled,
    is_protected = c.is_protected,
    stale_since = c.stale_since,
    remove_time = CASE WHEN c.removed THEN COALESCE(a.remove_time, now()) END,
    type = c.type,
    origin = c.origin,
    primary_address = c.primary_address,
    object_id = c.object_id,
    version = $11
FROM unnest($2::uuid[], $3::boolean[], $4::boolean[], $5::timestamptz[], $6::boolean[], $7::text[], $8::text[],
            $9::text[], $10::text[])
    AS c (account_id, hsr_enabled, is_protected, stale_since, removed, type, origin, primary_address, object_id)
WHERE a.tenant_id = $1 AND a.account_id = ANY($2) AND a.account_id = c.account_id

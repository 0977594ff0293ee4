-- A domain has an owner or is reserved for one tenant.
SELECT tenant_id AS "tenant_id!", alias_of, NULL::timestamptz AS "reserved_until: PgTimestamp"
FROM portal.domain
WHERE name = $1
UNION ALL
SELECT tenant_id, NULL, end_time
FROM portal.reserved_domain
WHERE name = $1 AND end_time > now()
LIMIT 1

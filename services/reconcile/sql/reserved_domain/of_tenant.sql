-- The number of those whose time is not over.
SELECT count(*) AS "reserved!"
FROM portal.reserved_domain
WHERE tenant_id = $1 AND end_time > now()

DELETE FROM portal.reserved_domain
WHERE name = $1 AND end_time > now()
RETURNING tenant_id

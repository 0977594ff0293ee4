-- Each stays reserved for the tenant. Both lists may be many: each name is looked up, not compared with all.
WITH given_up AS (
    DELETE FROM portal.domain AS known
    WHERE known.tenant_id = $1
      AND known.name NOT IN (SELECT unnest($2::text[]) COLLATE "C")
    RETURNING known.name
)
INSERT INTO portal.reserved_domain (name, tenant_id, end_time)
SELECT name, $1, now() + $3::bigint * interval '1 second'
FROM given_up
ON CONFLICT (name) DO UPDATE
SET tenant_id = excluded.tenant_id,
    end_time = excluded.end_time

-- Both may be many: each name is looked up, not compared with all.
DELETE FROM portal.domain AS known
WHERE known.tenant_id = $1
  AND known.name NOT IN (SELECT unnest($2::text[]) COLLATE "C")

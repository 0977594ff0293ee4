-- One may be reserved again in the meantime.
DELETE FROM portal.reserved_domain
WHERE end_time <= now()
  AND name IN (
      SELECT name
      FROM portal.reserved_domain
      WHERE end_time <= now()
      ORDER BY end_time
      LIMIT $1)

-- Those that would have gone or left their account, and those that were gone already.
SELECT DISTINCT address
FROM results.run_row
WHERE tenant_id = $1 AND run_id = $2
  AND (verdict IN ('REMOVE', 'STALE') OR verdict = 'UPDATE' AND reason IN ('MOVED', 'MERGED'))

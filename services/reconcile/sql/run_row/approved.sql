-- What would have gone, left its account or been given back, and what was shown to be gone without that.
SELECT address AS "address!", bool_or(verdict <> 'STALE') AS "taken!"
FROM results.run_row
WHERE tenant_id = $1 AND run_id = $2
  AND (verdict IN ('REMOVE', 'STALE') OR verdict = 'UPDATE' AND reason IN ('MOVED', 'MERGED', 'GIVEN_BACK'))
GROUP BY address

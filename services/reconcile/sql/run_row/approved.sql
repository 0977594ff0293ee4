-- Addresses that would have been removed, left their accounts or become manual again, and those shown as absent otherwise.
-- A spoilt one is not absent.
SELECT address AS "address!", bool_or(verdict <> 'STALE') AS "taken!"
FROM results.run_row
WHERE tenant_id = $1 AND run_id = $2
  AND (
      verdict = 'REMOVE'
      OR verdict = 'STALE' AND reason IS DISTINCT FROM 'SPOILT'
      OR verdict = 'UPDATE' AND reason IN ('MOVED', 'MERGED', 'GIVEN_BACK')
  )
GROUP BY address

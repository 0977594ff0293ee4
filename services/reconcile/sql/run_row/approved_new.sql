-- Objects that would have got an account. One that takes all its addresses from other accounts has rows as of a move.
SELECT DISTINCT object_id AS "object_id!"
FROM results.run_row
WHERE tenant_id = $1 AND run_id = $2 AND object_id IS NOT NULL
  AND (verdict = 'ADD' AND reason = 'NEW_ACCOUNT' OR verdict = 'UPDATE' AND reason = 'MOVED')

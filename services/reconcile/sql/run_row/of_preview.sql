SELECT row_id AS "row_id!", address AS "address!", object_id AS "object_id!", verdict, reason
FROM results.run_row
WHERE tenant_id = $1 AND run_id = $2

SELECT shown.run_id
FROM (
    SELECT tenant_id, held_content, COALESCE(rows_of_run_id, run_id) AS rows_of
    FROM reconcile.run_outcome
    WHERE tenant_id = $1 AND state = 'HELD'
    ORDER BY run_id DESC
    LIMIT 1
) newest
JOIN reconcile.run_outcome shown ON shown.tenant_id = newest.tenant_id AND shown.run_id = newest.rows_of
WHERE newest.held_content = $2 AND shown.history = $3
  AND NOT shown.rows_dropped AND shown.rows_expire_time > now()

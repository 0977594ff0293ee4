SELECT tenant_id, run_id
FROM reconcile.run_outcome
WHERE rows_expire_time < now() AND NOT rows_dropped
ORDER BY rows_expire_time
LIMIT $1

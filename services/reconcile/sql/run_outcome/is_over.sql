SELECT end_time IS NOT NULL AS "is_over!"
FROM reconcile.run_outcome
WHERE tenant_id = $1 AND run_id = $2

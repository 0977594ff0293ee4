SELECT tenant_id
FROM reconcile.lease
WHERE run_id IS NOT NULL AND deadline < now() - make_interval(secs => $2)
ORDER BY deadline
LIMIT $1

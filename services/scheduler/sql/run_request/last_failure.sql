SELECT last_failure_code
FROM reconcile.scheduler_tenant
WHERE tenant_id = $1

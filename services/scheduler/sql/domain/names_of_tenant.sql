SELECT name AS "name!" FROM reconcile.scheduler_tenant_domain WHERE tenant_id = $1

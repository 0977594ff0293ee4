SELECT EXISTS (SELECT FROM reconcile.scheduler_tenant_domain WHERE tenant_id = $1) AS "has_any!"

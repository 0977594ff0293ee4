SELECT to_regclass('reconcile.scheduler_tenant_domain') IS NOT NULL
    AND to_regclass('reconcile.scheduler_run_state') IS NOT NULL
    AND to_regclass('reconcile.scheduler_tenant') IS NOT NULL
    AND to_regclass('reconcile.scheduler_renewed_seal') IS NOT NULL
    AND to_regclass('reconcile.scheduler_heartbeat') IS NOT NULL
    AND to_regclass('reconcile.scheduler_period') IS NOT NULL AS "are_published!"

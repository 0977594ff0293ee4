SELECT to_regclass('reconcile.scheduler_tenant_domain') IS NOT NULL
    AND to_regclass('reconcile.scheduler_run_state') IS NOT NULL
    AND to_regclass('reconcile.scheduler_tenant') IS NOT NULL
    AND to_regclass('reconcile.scheduler_all_domains') IS NOT NULL
    AND to_regclass('reconcile.scheduler_all_run_states') IS NOT NULL
    AND to_regclass('reconcile.scheduler_all_tenants') IS NOT NULL
    AND to_regclass('reconcile.scheduler_all_renewed_seals') IS NOT NULL
    AND to_regclass('reconcile.scheduler_all_heartbeats') IS NOT NULL
    AND to_regclass('reconcile.scheduler_period') IS NOT NULL AS "are_published!"

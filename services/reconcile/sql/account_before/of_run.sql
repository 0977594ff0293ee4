SELECT account_id, object_id, type, origin, hsr_enabled, is_protected, stale_since, removed
FROM reconcile.account_before
WHERE tenant_id = $1 AND run_id = $2

SELECT COALESCE(t.run_id = $2 AND t.fence = $3, false) AS "has_lease!",
       t.accounts,
       s.removal_generation IS NOT NULL AS "may_remove!"
FROM reconcile.tenant t
LEFT JOIN scheduler.reconcile_settings s ON s.tenant_id = t.tenant_id
WHERE t.tenant_id = $1

SELECT COALESCE(l.run_id = $2 AND l.fence = $3, false) AS "has_lease!",
       t.accounts,
       s.removal_generation IS NOT NULL AS "may_remove!"
FROM reconcile.lease l
JOIN reconcile.tenant t ON t.tenant_id = l.tenant_id
LEFT JOIN scheduler.reconcile_settings s ON s.tenant_id = t.tenant_id
WHERE l.tenant_id = $1

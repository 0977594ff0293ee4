DELETE FROM reconcile.staged_batch s
WHERE NOT EXISTS (
    SELECT
    FROM reconcile.tenant t
    WHERE t.tenant_id = s.tenant_id AND t.fence = s.fence AND t.run_id IS NOT NULL)

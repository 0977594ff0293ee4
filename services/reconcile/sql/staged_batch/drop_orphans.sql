DELETE FROM reconcile.staged_batch s
WHERE NOT EXISTS (
    SELECT
    FROM reconcile.lease l
    WHERE l.tenant_id = s.tenant_id AND l.fence = s.fence AND l.run_id IS NOT NULL)

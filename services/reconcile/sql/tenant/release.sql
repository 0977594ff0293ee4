-- What was only of use while the run had the lease.
WITH beat AS (
    DELETE FROM reconcile.heartbeat WHERE tenant_id = $1
)
DELETE FROM reconcile.staged_batch WHERE tenant_id = $1

-- Releases the lease, and deletes rows that were only of use while the run had it.
WITH beat AS (
    DELETE FROM reconcile.heartbeat WHERE tenant_id = $1
), staged AS (
    DELETE FROM reconcile.staged_batch WHERE tenant_id = $1
)
UPDATE reconcile.lease
SET run_id = NULL, worker = NULL, settings_generation = NULL, deadline = NULL
WHERE tenant_id = $1

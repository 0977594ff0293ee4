-- The tenants whose events wait, each with its oldest: from tenant to tenant along the index, without reading the rest.
CREATE OR REPLACE VIEW results.all_waiting_events AS
WITH RECURSIVE waiting AS (
    (SELECT tenant_id, create_time FROM reconcile.outbox ORDER BY tenant_id, sequence LIMIT 1)
    UNION ALL
    SELECT next.tenant_id, next.create_time
    FROM waiting w
    CROSS JOIN LATERAL (
        SELECT o.tenant_id, o.create_time
        FROM reconcile.outbox o
        WHERE o.tenant_id > w.tenant_id
        ORDER BY o.tenant_id, o.sequence
        LIMIT 1
    ) next
)
SELECT tenant_id, create_time AS oldest_create_time
FROM waiting;

GRANT SELECT ON results.all_waiting_events TO rollcall_results_fleet;

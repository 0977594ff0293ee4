-- Older rows than the newest $2 that HELD runs show, but for those that an approval still goes by. Several HELD runs may show the
-- same rows: they are as new as the newest of those runs. Only the newest HELD run can be approved, and its rows are the newest.
UPDATE reconcile.run_outcome o
SET rows_superseded = true,
    rows_expire_time = LEAST(o.rows_expire_time, clock_timestamp())
FROM (
    SELECT COALESCE(rows_of_run_id, run_id) AS run_id
    FROM reconcile.run_outcome
    WHERE tenant_id = $1 AND state = 'HELD' AND NOT rows_dropped AND NOT rows_superseded
    GROUP BY 1
    -- Ids grow with time, and as text they are in the same order.
    ORDER BY max(reconcile.run_outcome.run_id::text) DESC
    OFFSET $2
) AS older
WHERE o.tenant_id = $1 AND o.run_id = older.run_id AND NOT o.rows_superseded
  AND NOT EXISTS (
      SELECT
      FROM scheduler.reconcile_run_request r
      JOIN reconcile.run_outcome held ON held.tenant_id = r.tenant_id AND held.run_id = r.acts_on_run_id
      LEFT JOIN reconcile.run_outcome sync ON sync.tenant_id = r.tenant_id AND sync.run_id = r.run_id
      WHERE r.tenant_id = $1 AND r.trigger = 'APPROVAL'
        AND COALESCE(held.rows_of_run_id, held.run_id) = older.run_id
        AND NOT r.cancel_requested AND sync.end_time IS NULL)

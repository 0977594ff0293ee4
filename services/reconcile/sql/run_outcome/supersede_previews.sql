-- Older previews than the newest $2, but for those that a sync is still expected to equal. Their time is over with this moment.
UPDATE reconcile.run_outcome o
SET rows_superseded = true,
    rows_expire_time = LEAST(o.rows_expire_time, clock_timestamp())
FROM (
    SELECT run_id
    FROM reconcile.run_outcome
    WHERE tenant_id = $1 AND kind = 'PREVIEW' AND state = 'SUCCEEDED' AND NOT rows_dropped AND NOT rows_superseded
    ORDER BY run_id DESC
    OFFSET $2
) AS older
WHERE o.tenant_id = $1 AND o.run_id = older.run_id
  AND NOT EXISTS (
      SELECT
      FROM scheduler.reconcile_run_request r
      LEFT JOIN reconcile.run_outcome sync ON sync.tenant_id = r.tenant_id AND sync.run_id = r.run_id
      WHERE r.tenant_id = $1 AND r.expect_preview_run_id = older.run_id
        AND NOT r.cancel_requested AND sync.end_time IS NULL)

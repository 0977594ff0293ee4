-- The facts that decide on a revert. Its data may be gone before its time is over.
SELECT run_id, kind, state, account_version, end_time,
       reverted_by_run_id IS NOT NULL AS "reverted!",
       COALESCE(rows_expire_time <= now(), true) OR rows_dropped AS "data_gone!"
FROM reconcile.run_outcome
WHERE tenant_id = $1 AND run_id = $2

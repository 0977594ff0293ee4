-- A sync can be taken back for 30 days, and only as long as what is needed for it is kept.
SELECT run_id, kind, state, account_version,
       reverted_by_run_id IS NOT NULL AS "reverted!",
       COALESCE(LEAST(end_time + interval '30 days', rows_expire_time) <= now(), true) OR rows_dropped AS "expired!"
FROM reconcile.run_outcome
WHERE tenant_id = $1 AND run_id = $2

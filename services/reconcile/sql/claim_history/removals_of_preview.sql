-- A removal is news of the run alone that decides it: no preview shares such a row with the history.
SELECT h.address
FROM reconcile.claim_history h
WHERE h.tenant_id = $1 AND h.entry_verdict = 'REMOVE'
  AND h.preview_run_id = (
      SELECT o.run_id
      FROM reconcile.run_outcome o
      WHERE o.tenant_id = $1 AND o.kind = 'PREVIEW' AND o.state = 'SUCCEEDED' AND o.removal_generation = $2
        AND NOT o.rows_dropped AND o.rows_expire_time > now()
      ORDER BY o.run_id DESC
      LIMIT 1)

-- What a run shows that ended since, or will end, is a state from the oldest shown one on. Where none is shown that is the
-- present one, of a run that finds nothing changed: it does not show what was news of the run that made it, which alone is
-- valid up to the next one.
DELETE FROM reconcile.claim_history
WHERE ctid = ANY (ARRAY(
    SELECT h.ctid
    FROM reconcile.claim_history h
    WHERE h.tenant_id = $1
      AND h.preview_run_id IS NULL
      AND h.valid_to <= LEAST(
          (SELECT applied + 1 FROM reconcile.tenant WHERE tenant_id = $1),
          (SELECT min(history)
           FROM reconcile.run_outcome
           WHERE tenant_id = $1 AND NOT rows_dropped AND (rows_expire_time IS NULL OR rows_expire_time >= now())))
    LIMIT $2
    FOR UPDATE OF h SKIP LOCKED))

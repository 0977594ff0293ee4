-- Deletes rows that ended before the oldest state that a run shows. If no run shows a state, the present one counts, for a
-- run that finds nothing changed: it does not show the news of the run that made the state. Only those rows are valid up to
-- the next state.
WITH ended AS MATERIALIZED (
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
    FOR UPDATE OF h SKIP LOCKED
)
DELETE FROM reconcile.claim_history AS gone
USING ended
WHERE gone.ctid = ended.ctid

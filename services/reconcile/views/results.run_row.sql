-- The rows of any run, in one pass along the history's key. A run that made no state of the history itself, because it
-- found nothing changed or is a preview, shows the steady verdicts.
CREATE OR REPLACE VIEW results.run_row AS
SELECT h.tenant_id, o.run_id, h.row_id, h.address,
       CASE WHEN h.valid_from = o.history AND o.applied OR h.preview_run_id IS NOT NULL
            THEN h.entry_verdict ELSE h.steady_verdict END AS verdict,
       CASE WHEN h.valid_from = o.history AND o.applied OR h.preview_run_id IS NOT NULL
            THEN h.entry_reason ELSE h.steady_reason END AS reason,
       h.address_type, h.primary_address, h.directory_type, h.directory_primary,
       h.object_type, h.object_id, h.object_dn,
       CASE WHEN h.valid_from = o.history AND o.applied OR h.preview_run_id IS NOT NULL
            THEN h.entry_other ELSE h.steady_other END AS other,
       -- True if the row can have another verdict than ADD and KEEP: as a steady verdict it stays, or becomes KEEP.
       h.entry_verdict NOT IN ('ADD', 'KEEP') AS of_note,
       h.previous_verdict,
       h.lower_address
FROM reconcile.claim_history h
JOIN reconcile.run_outcome o
  ON o.tenant_id = h.tenant_id
 AND CASE WHEN h.preview_run_id IS NULL
          THEN h.valid_from <= o.history
           AND (h.valid_to IS NULL OR h.valid_to > o.history)
           AND (o.applied OR h.steady_verdict IS NOT NULL)
          ELSE h.preview_run_id = o.run_id
     END
WHERE NOT EXISTS (
    SELECT FROM reconcile.preview_hidden p
    WHERE p.tenant_id = h.tenant_id AND p.run_id = o.run_id AND p.row_id = h.row_id);

GRANT SELECT ON results.run_row TO rollcall_results;

-- Changes that applied and reverting runs made to an address: the verdict of the run that wrote the row.
CREATE OR REPLACE VIEW results.address_change AS
SELECT h.tenant_id, h.address, h.row_id, o.run_id, h.entry_verdict AS verdict, h.entry_reason AS reason,
       h.address_type, h.primary_address, h.directory_type, h.directory_primary,
       h.object_type, h.object_id, h.object_dn, h.entry_other AS other
FROM reconcile.claim_history h
JOIN reconcile.run_outcome o
  ON o.tenant_id = h.tenant_id
 AND CASE WHEN h.preview_run_id IS NULL THEN o.history = h.valid_from AND o.applied
          ELSE o.run_id = h.preview_run_id AND o.kind = 'REVERT' AND o.state = 'SUCCEEDED' END
WHERE h.entry_verdict IN ('ADD', 'UPDATE', 'REMOVE', 'STALE');

GRANT SELECT ON results.address_change TO rollcall_results;

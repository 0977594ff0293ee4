-- As the preview had them: they have no verdict of this run. Their content is never looked for.
INSERT INTO reconcile.claim_history
    (tenant_id, row_id, valid_from, valid_to, content, preview_run_id, previous_verdict,
     address, address_type, primary_address, directory_type, directory_primary, object_type, object_id, object_dn)
SELECT r.tenant_id, $4::bigint - 1 + row_number() OVER (ORDER BY r.row_id), $5, $5, $3, $3, r.verdict,
       r.address, r.address_type, r.primary_address, r.directory_type, r.directory_primary,
       r.object_type, r.object_id, r.object_dn
FROM results.run_row r
WHERE r.tenant_id = $1 AND r.run_id = $2 AND r.row_id = ANY($6)

SELECT account_id, address, address_type, origin, stale_since
FROM reconcile.address_before
WHERE tenant_id = $1 AND run_id = $2

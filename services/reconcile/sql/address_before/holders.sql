SELECT DISTINCT d.account_id
FROM reconcile.address_before b
JOIN portal.address d ON d.tenant_id = b.tenant_id AND d.address = b.address
WHERE b.tenant_id = $1 AND b.run_id = $2

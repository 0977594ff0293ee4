DELETE FROM reconcile.outbox
WHERE tenant_id = $1 AND sequence > $2 AND sequence <= $3

-- Seen from outside of the transaction that writes. A lease that was lost is left alone.
UPDATE reconcile.heartbeat
SET stage = 'WRITING'
WHERE tenant_id = $1 AND run_id = $2 AND fence = $3

-- Nothing comes back for an older fence. A run without a request or settings must stop.
UPDATE reconcile.heartbeat h
SET beat_time = now(), objects = $4, claims = $5
WHERE h.tenant_id = $1 AND h.run_id = $2 AND h.fence = $3
RETURNING NOT EXISTS (
    SELECT
    FROM scheduler.reconcile_run_request r
    JOIN scheduler.reconcile_settings s ON s.tenant_id = r.tenant_id
    WHERE r.tenant_id = h.tenant_id AND r.run_id = h.run_id AND NOT r.cancel_requested) AS "is_cancelled!"

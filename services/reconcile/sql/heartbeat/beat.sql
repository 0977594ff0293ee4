-- Nothing comes back for an older fence. A run without a request or settings must stop. What is written is noted here, and
-- unknown to the worker: its stage ($6, null for the one before) does not take that back.
UPDATE reconcile.heartbeat h
SET beat_time = now(), objects = $4, claims = $5,
    stage = CASE WHEN h.stage = 'WRITING' THEN h.stage ELSE COALESCE($6, h.stage) END
WHERE h.tenant_id = $1 AND h.run_id = $2 AND h.fence = $3
RETURNING NOT EXISTS (
    SELECT
    FROM scheduler.reconcile_run_request r
    JOIN scheduler.reconcile_settings s ON s.tenant_id = r.tenant_id
    WHERE r.tenant_id = h.tenant_id AND r.run_id = h.run_id AND NOT r.cancel_requested) AS "is_cancelled!"

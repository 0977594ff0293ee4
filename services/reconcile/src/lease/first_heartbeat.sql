INSERT INTO reconcile.heartbeat (tenant_id, run_id, fence, beat_time)
VALUES ($1, $2, $3, now())
ON CONFLICT (tenant_id) DO UPDATE
SET run_id = EXCLUDED.run_id, fence = EXCLUDED.fence, beat_time = EXCLUDED.beat_time, objects = 0, claims = 0

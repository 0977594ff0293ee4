-- At this moment, not at the transaction's beginning: who waited for the tenant's lock has not been silent meanwhile.
INSERT INTO reconcile.heartbeat (tenant_id, run_id, fence, beat_time)
VALUES ($1, $2, $3, clock_timestamp())
ON CONFLICT (tenant_id) DO UPDATE
SET run_id = EXCLUDED.run_id, fence = EXCLUDED.fence, beat_time = EXCLUDED.beat_time, objects = 0, claims = 0

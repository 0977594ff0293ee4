INSERT INTO reconcile.staged_batch (tenant_id, fence, number, body)
VALUES ($1, $2, $3, $4)

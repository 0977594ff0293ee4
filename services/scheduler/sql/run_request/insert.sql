INSERT INTO scheduler.run_request
    (run_id, tenant_id, kind, trigger, lane, acts_on_run_id, expect_preview_run_id, traceparent, create_time, by_hand,
     requested_by_caller, requested_by_actor)
VALUES ($1, $2, $3, $4, $9, $5, $6, $7, $8, true, $10, $11)

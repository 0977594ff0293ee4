-- The end is the moment, not the transaction's beginning: to apply a large run takes a while.
UPDATE reconcile.run_outcome o
SET state = $3,
    history = $4,
    applied = $5,
    unchanged = $6,
    read_mode = $7,
    read_mode_reason = NULLIF($8, ''),
    server = NULLIF($9, ''),
    objects = $10,
    claims = $11,
    not_email = $12,
    "references" = $13,
    "add" = $14,
    keep = $15,
    "update" = $16,
    remove = $17,
    stale = $18,
    skip = $19,
    accounts = $20,
    welcomes = $21,
    failure_code = $22,
    failure_message = $23,
    failure_advice = $24,
    failure_detail = $25,
    next_attempt_time = NULL,
    end_time = clock_timestamp()
WHERE o.tenant_id = $1 AND o.run_id = $2
RETURNING o.kind, o.trigger, o.attempt, o.start_time, o.end_time,
          (SELECT r.create_time
           FROM scheduler.reconcile_run_request r
           WHERE r.tenant_id = o.tenant_id AND r.run_id = o.run_id) AS create_time

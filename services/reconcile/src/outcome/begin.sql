-- A run that waits for its next attempt may be asked for by hand meanwhile.
INSERT INTO reconcile.run_outcome AS o (tenant_id, run_id, kind, trigger, state, attempt, start_time)
VALUES ($1, $2, $3, $4, 'RUNNING', $5, now())
ON CONFLICT (tenant_id, run_id) DO UPDATE
SET state = 'RUNNING',
    trigger = EXCLUDED.trigger,
    attempt = EXCLUDED.attempt,
    start_time = COALESCE(o.start_time, EXCLUDED.start_time),
    next_attempt_time = NULL,
    failure_code = NULL,
    failure_message = NULL,
    failure_advice = NULL,
    failure_detail = NULL

-- The lease ($8) beats from this moment on, not from the transaction's beginning: a worker was not silent while it waited for
-- the tenant's lock. A run that waits for its next attempt can be requested by hand before that. The deadline of an attempt
-- stands while it lies ahead, even if another worker takes the run over: a live worker ends its run at the deadline, so a
-- deadline that has passed was missed by a fault of ours.
WITH outcome AS (
    INSERT INTO reconcile.run_outcome AS o (tenant_id, run_id, kind, trigger, state, attempt, takeovers, start_time, deadline)
    VALUES ($1, $2, $3, $4, 'RUNNING', $5, $6, now(), $7)
    ON CONFLICT (tenant_id, run_id) DO UPDATE
    SET state = 'RUNNING',
        trigger = EXCLUDED.trigger,
        attempt = EXCLUDED.attempt,
        takeovers = EXCLUDED.takeovers,
        start_time = COALESCE(o.start_time, EXCLUDED.start_time),
        deadline = CASE WHEN o.deadline > now() THEN o.deadline ELSE EXCLUDED.deadline END,
        next_attempt_time = NULL,
        failure_code = NULL,
        failure_message = NULL,
        failure_advice = NULL,
        failure_detail = NULL
    RETURNING deadline
), lease AS (
    UPDATE reconcile.lease
    SET fence = $8, run_id = $2, worker = $9, settings_generation = $10, deadline = outcome.deadline
    FROM outcome
    WHERE tenant_id = $1 AND $8::bigint IS NOT NULL
), pulse AS (
    INSERT INTO reconcile.heartbeat (tenant_id, run_id, fence, beat_time)
    SELECT $1, $2, $8, clock_timestamp()
    WHERE $8::bigint IS NOT NULL
    ON CONFLICT (tenant_id) DO UPDATE
    SET run_id = EXCLUDED.run_id, fence = EXCLUDED.fence, beat_time = EXCLUDED.beat_time, objects = 0, claims = 0,
        stage = 'CONNECTING'
)
SELECT deadline AS "deadline!"
FROM outcome

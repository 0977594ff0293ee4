-- With a time it is a further attempt; without one it is the same attempt, which did not read. Either begins with a deadline of
-- its own.
UPDATE reconcile.run_outcome
SET state = 'QUEUED',
    attempt = attempt + CASE WHEN $3::timestamptz IS NULL THEN 0 ELSE 1 END,
    next_attempt_time = $3,
    deadline = NULL,
    failure_code = $4,
    failure_message = $5,
    failure_advice = $6,
    failure_detail = $7
WHERE tenant_id = $1 AND run_id = $2

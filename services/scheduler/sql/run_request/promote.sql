-- To the front, for a person who waits. A run that a person waits for already is left alone, so that frequent requests
-- do not make many jobs. A publisher that has it in hand for its old lane will not mark it.
UPDATE scheduler.run_request
SET lane = $3, trigger = 'MANUAL', traceparent = $2, publish_time = NULL, claim_expire_time = NULL,
    claimed_by = NULL, requested_by_caller = $4, requested_by_actor = $5
WHERE run_id = $1 AND trigger = 'SCHEDULED'

UPDATE scheduler.run_request
SET claim_expire_time = NULL, claimed_by = NULL
WHERE run_id = ANY ($1) AND claimed_by = $2 AND publish_time IS NULL

UPDATE scheduler.run_request
SET claimed_until = NULL, claimed_by = NULL
WHERE run_id = ANY ($1) AND claimed_by = $2 AND published_at IS NULL

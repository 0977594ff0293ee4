UPDATE scheduler.run_request
SET claimed_until = NULL
WHERE run_id = ANY ($1) AND published_at IS NULL

-- One that moved to another lane meanwhile is still to be published there.
UPDATE scheduler.run_request AS request
SET published_at = now(), claimed_until = NULL
FROM UNNEST($1::uuid[], $2::text[]) AS sent (run_id, lane)
WHERE request.run_id = sent.run_id AND request.lane = sent.lane AND request.published_at IS NULL

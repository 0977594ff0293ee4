-- A request that has moved to another lane since then must still be published there. Locked in the order of the ids,
-- as everywhere where many are.
UPDATE scheduler.run_request AS request
SET publish_time = now(), claim_expire_time = NULL, claimed_by = NULL
FROM (
    SELECT request.run_id
    FROM scheduler.run_request AS request
    JOIN UNNEST($1::uuid[], $2::text[]) AS sent (run_id, lane) USING (run_id, lane)
    WHERE request.publish_time IS NULL
    ORDER BY request.run_id
    FOR UPDATE OF request
) AS sent
WHERE request.run_id = sent.run_id

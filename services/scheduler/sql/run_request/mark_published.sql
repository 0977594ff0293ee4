-- A request that has moved to another lane since then must still be published there. Locked in the order of the ids,
-- as everywhere where many are. The ids are named as arrays too, by which the requests are looked up: a join might read those of
-- all months.
UPDATE scheduler.run_request
SET publish_time = now(), claim_expire_time = NULL, claimed_by = NULL
WHERE run_id = ANY (ARRAY(
    SELECT request.run_id
    FROM scheduler.run_request AS request
    JOIN UNNEST($1::uuid[], $2::text[]) AS sent (run_id, lane) USING (run_id, lane)
    WHERE request.run_id = ANY ($1) AND request.publish_time IS NULL
    ORDER BY request.run_id
    FOR UPDATE OF request
))

-- A request that has moved to another lane since then has no claim, and is free to be published there. Locked in the order
-- of the ids, as everywhere where many are. Looked up by key: a join might read the requests of all months.
UPDATE scheduler.run_request
SET claim_expire_time = now() + make_interval(secs => $2)
WHERE run_id = ANY (ARRAY(
    SELECT run_id
    FROM scheduler.run_request
    WHERE run_id = ANY ($1) AND claimed_by = $3 AND publish_time IS NULL
    ORDER BY run_id
    FOR UPDATE
))

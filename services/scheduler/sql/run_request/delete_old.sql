-- A month is dropped as a whole, except for requests whose month was never made.
DELETE FROM scheduler.run_request_default
WHERE run_id IN (
    SELECT run_id
    FROM scheduler.run_request_default
    WHERE run_id < $1 AND NOT open
    ORDER BY run_id
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)

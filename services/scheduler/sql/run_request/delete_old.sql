-- Run ids grow with time, so the oldest are found without a search.
DELETE FROM scheduler.run_request
WHERE run_id IN (
    SELECT run_id
    FROM scheduler.run_request
    WHERE run_id < $1 AND NOT open
    ORDER BY run_id
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)

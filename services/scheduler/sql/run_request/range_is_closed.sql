-- True if no request from id $1 on and before $2 is open.
SELECT NOT EXISTS (
    SELECT FROM scheduler.run_request
    WHERE run_id >= $1 AND run_id < $2 AND open
) AS "is_closed!"

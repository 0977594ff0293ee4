-- Time from which the tenant may have another run by hand: once the oldest of the newest $3 is no longer of the last $4 seconds. No row while
-- there are fewer. The tenant's lock makes the count exact.
SELECT create_time + make_interval(secs => $4) AS "possible_time!"
FROM scheduler.run_request
WHERE tenant_id = $1 AND by_hand AND create_time > $2::timestamptz - make_interval(secs => $4)
ORDER BY create_time DESC
OFFSET $3::bigint - 1
LIMIT 1

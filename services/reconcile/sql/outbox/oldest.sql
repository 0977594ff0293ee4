-- How many tenants have events that wait, and for how many seconds the oldest of them has.
SELECT count(*) AS "tenants!", coalesce(extract(epoch FROM now() - min(oldest_create_time)), 0)::bigint AS "seconds!"
FROM results.waiting_events

-- How many tenants have events that wait, and for how many seconds the oldest of them has.
SELECT count(*), coalesce(extract(epoch FROM now() - min(oldest_create_time)), 0)::bigint
FROM results.waiting_events

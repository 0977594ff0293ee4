-- Number of tenants whose events wait, and seconds for which the oldest event has waited.
SELECT count(*) AS "tenants!", coalesce(extract(epoch FROM now() - min(oldest_create_time)), 0)::bigint AS "seconds!"
FROM results.all_waiting_events

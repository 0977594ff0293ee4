-- Tenants whose events wait for the portal, and the time of the oldest event.
SELECT count(*) AS "tenants!", min(oldest_create_time) AS oldest
FROM results.all_waiting_events

-- Whose events wait for the portal, and since when the oldest does.
SELECT count(*) AS "tenants!", min(oldest_create_time) AS oldest
FROM results.waiting_events

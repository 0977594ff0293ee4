-- Whose events wait for the portal, and since when the oldest does.
SELECT count(*), min(oldest_create_time)
FROM results.waiting_events

-- Of the newest scheduled run of each of these tenants: how many there are, how many succeeded, and how long after the first
-- was asked for the last one ended, in seconds.
SELECT count(*), count(*) FILTER (WHERE state = 'SUCCEEDED'),
       COALESCE(extract(epoch FROM max(end_time) - min(create_time)), 0)::float8
FROM (
    SELECT DISTINCT ON (request.tenant_id) outcome.state, outcome.end_time, request.create_time
    FROM scheduler.run_request AS request
    LEFT JOIN reconcile.run_outcome AS outcome USING (tenant_id, run_id)
    WHERE request.tenant_id = ANY ($1) AND request.trigger = 'SCHEDULED'
    ORDER BY request.tenant_id, request.run_id DESC
) AS newest

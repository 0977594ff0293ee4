-- A job that was published long ago and of which nothing came is taken for lost; a second one is harmless.
UPDATE scheduler.run_request
SET published_at = NULL, claimed_until = NULL
WHERE run_id IN (
    SELECT request.run_id
    FROM scheduler.run_request AS request
    LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
    WHERE request.open
      AND state.end_time IS NULL
      AND request.published_at < now() - make_interval(secs => CASE
          WHEN state.begun THEN $3::float8
          WHEN request.lane = 'interactive' THEN $1::float8
          ELSE $2::float8
      END)
    ORDER BY request.published_at
    LIMIT $4
    FOR UPDATE OF request SKIP LOCKED
)

-- A job that was published long ago and that no worker took is taken for lost; a second one is harmless.
UPDATE scheduler.run_request
SET publish_time = NULL, claim_expire_time = NULL, claimed_by = NULL
WHERE run_id IN (
    SELECT request.run_id
    FROM scheduler.run_request AS request
    LEFT JOIN reconcile.scheduler_run_state AS state USING (tenant_id, run_id)
    WHERE request.open
      AND NOT COALESCE(state.begun, false)
      AND state.end_time IS NULL
      AND request.publish_time < now() - make_interval(secs => CASE
          WHEN request.lane = 'interactive' THEN $1::float8
          ELSE $2::float8
      END)
    ORDER BY request.publish_time
    LIMIT $3
    FOR UPDATE OF request SKIP LOCKED
)

-- A job that was published long ago and that no worker took is taken for lost; a second one is harmless. Outcomes and requests
-- are looked up by key: a join might read the runs of all months.
UPDATE scheduler.run_request
SET publish_time = NULL, claim_expire_time = NULL, claimed_by = NULL
WHERE run_id = ANY (ARRAY(
    SELECT request.run_id
    FROM scheduler.run_request AS request
    WHERE request.open
      AND request.publish_time < now() - make_interval(secs => CASE
          WHEN request.lane = 'interactive' THEN $1::float8
          ELSE $2::float8
      END)
      AND NOT EXISTS (
          SELECT
          FROM reconcile.scheduler_all_run_states AS state
          WHERE state.tenant_id = request.tenant_id AND state.run_id = request.run_id
            AND (state.begun OR state.end_time IS NOT NULL)
          OFFSET 0
      )
    ORDER BY request.publish_time
    LIMIT $3
    FOR UPDATE OF request SKIP LOCKED
))

-- Each request that is open has its outcome looked up by key, and what is locked is updated by key: a join might read the
-- runs of all months.
UPDATE scheduler.run_request
SET open = false
WHERE run_id = ANY (ARRAY(
    SELECT request.run_id
    FROM scheduler.run_request AS request
    WHERE request.open
      AND EXISTS (
          SELECT
          FROM reconcile.scheduler_all_run_states AS state
          WHERE state.tenant_id = request.tenant_id AND state.run_id = request.run_id AND state.end_time IS NOT NULL
          OFFSET 0
      )
    LIMIT $1
    FOR UPDATE OF request SKIP LOCKED
))

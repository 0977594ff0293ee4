-- Scheduled syncs of all tenants that no worker has begun to read or that wait for their next attempt. A run that begins at this moment ends without applying. Each is locked before it is judged, so that one which
-- a person has requested since then is spared; in the order of the ids, as everywhere where many are. They stay open until
-- their ends have been noted. Outcomes and requests are looked up by key: a join might read the runs of all months.
UPDATE scheduler.run_request
SET cancel_requested = true, cancel_time = COALESCE(cancel_time, now())
WHERE run_id = ANY (ARRAY(
    SELECT request.run_id
    FROM scheduler.run_request AS request
    WHERE request.trigger = 'SCHEDULED'
      AND request.open
      AND NOT request.cancel_requested
      AND NOT EXISTS (
          SELECT
          FROM reconcile.scheduler_all_run_states AS state
          WHERE state.tenant_id = request.tenant_id AND state.run_id = request.run_id
            AND (state.begun OR state.end_time IS NOT NULL)
          OFFSET 0
      )
    ORDER BY request.run_id
    FOR UPDATE
))

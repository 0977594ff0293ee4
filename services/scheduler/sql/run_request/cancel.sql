-- One that no worker ever took has ended with this; the others end at the worker's next word.
UPDATE scheduler.run_request AS request
SET cancel_requested = true,
    open = EXISTS (
        SELECT FROM reconcile.scheduler_run_state AS state
        WHERE state.tenant_id = request.tenant_id AND state.run_id = request.run_id
    )
WHERE request.tenant_id = $1 AND request.run_id = $2

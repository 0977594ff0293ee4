-- True if no request from id $1 on and before $2 is open, and the rows of none of these runs are still kept: whoever looks
-- for a run begins with its request.
SELECT NOT EXISTS (
    SELECT FROM scheduler.run_request
    WHERE run_id >= $1 AND run_id < $2 AND open
) AND NOT EXISTS (
    SELECT FROM reconcile.scheduler_all_run_states
    WHERE run_id >= $1 AND run_id < $2 AND rows_expire_time > now()
) AS "is_closed!"

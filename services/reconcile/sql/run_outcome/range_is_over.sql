-- True if all runs from id $1 on and before $2 ended more than $3 seconds ago, and none of them is shown. A request without
-- its outcome would look like one that waits: outcomes go after their requests. Each question has an index.
SELECT NOT EXISTS (
        SELECT FROM reconcile.run_outcome
        WHERE run_id >= $1 AND run_id < $2 AND end_time IS NULL
    ) AND NOT EXISTS (
        SELECT FROM reconcile.run_outcome
        WHERE run_id >= $1 AND run_id < $2 AND end_time >= now() - $3::bigint * interval '1 second'
    ) AND NOT EXISTS (
        SELECT FROM reconcile.run_outcome
        WHERE run_id >= $1 AND run_id < $2 AND rows_expire_time IS NOT NULL AND NOT rows_dropped
    ) AND NOT EXISTS (
        SELECT FROM scheduler.reconcile_all_run_requests
        WHERE run_id >= $1 AND run_id < $2
    ) AS "is_over!"

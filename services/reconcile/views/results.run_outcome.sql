-- While a run is RUNNING, its stage, objects and claims show how far it is. The limit has the run whose rows are shown looked up
-- by key, and for the few runs that have one.
CREATE OR REPLACE VIEW results.run_outcome AS
SELECT o.run_id, o.tenant_id, o.state, o.read_mode, o.read_mode_reason, o.unchanged,
       CASE
           WHEN o.state = 'RUNNING'
               THEN jsonb_build_object('objects', COALESCE(h.objects, 0), 'claims', COALESCE(h.claims, 0))
           ELSE o.counts
       END AS counts,
       o.failure_code, o.failure_message, o.failure_advice, o.failure_detail,
       o.attempt, o.next_attempt_time, o.start_time, o.end_time,
       o.held_reason, o.held_message, o.would_hold, o.rows_of_run_id,
       -- The rows of a HELD run that has none of its own go when those go that it shows, here and below.
       LEAST(
           o.rows_expire_time,
           shown.rows_expire_time,
           CASE WHEN o.rows_of_run_id IS NOT NULL AND shown.run_id IS NULL THEN o.end_time END
       ) AS rows_expire_time,
       o.takeovers,
       -- True if it is no longer shown, before its time.
       o.rows_superseded OR COALESCE(shown.rows_superseded, false) AS rows_superseded,
       o.left_out,
       CASE WHEN o.state = 'RUNNING' THEN h.stage END AS stage,
       o.further_held_reasons,
       o.server, o.server_reason
FROM reconcile.run_outcome o
LEFT JOIN reconcile.heartbeat h ON h.tenant_id = o.tenant_id AND h.run_id = o.run_id
LEFT JOIN LATERAL (
    SELECT run_id, rows_expire_time, rows_superseded
    FROM reconcile.run_outcome
    WHERE tenant_id = o.tenant_id AND run_id = o.rows_of_run_id AND o.rows_of_run_id IS NOT NULL
    LIMIT 1
) shown ON true;

GRANT SELECT ON results.run_outcome TO rollcall_results;

-- While a run is RUNNING, objects and claims show how far its read is.
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
       -- The rows of a HELD run that has none of its own go when those go that it shows.
       LEAST(
           o.rows_expire_time,
           shown.rows_expire_time,
           CASE WHEN o.rows_of_run_id IS NOT NULL AND shown.run_id IS NULL THEN o.end_time END
       ) AS rows_expire_time,
       o.takeovers
FROM reconcile.run_outcome o
LEFT JOIN reconcile.heartbeat h ON h.tenant_id = o.tenant_id AND h.run_id = o.run_id
LEFT JOIN reconcile.run_outcome shown ON shown.tenant_id = o.tenant_id AND shown.run_id = o.rows_of_run_id;

GRANT SELECT ON results.run_outcome TO rollcall_results;

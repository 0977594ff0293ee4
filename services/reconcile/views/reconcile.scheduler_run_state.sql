CREATE OR REPLACE VIEW reconcile.scheduler_run_state AS
SELECT run_id, tenant_id, state, state <> 'QUEUED' AS begun, failure_code, end_time,
       kind, held_reason, settings_generation, domain_generation, accounts_changed,
       reverted_by_run_id IS NOT NULL AS reverted,
       rows_expire_time,
       -- True if it is no longer shown, before its time. The rows of a HELD run that has none of its own go when those go
       -- that it shows.
       rows_superseded OR COALESCE((
           SELECT shown.rows_superseded
           FROM reconcile.run_outcome shown
           WHERE shown.tenant_id = o.tenant_id AND shown.run_id = o.rows_of_run_id
       ), false) AS rows_superseded
FROM reconcile.run_outcome o;

GRANT SELECT ON reconcile.scheduler_run_state TO rollcall_scheduler;

-- Runs that are no longer shown, before their time. The rows of a HELD run that has none of its own go when those go
-- that it shows.
CREATE OR REPLACE VIEW reconcile.scheduler_superseded_run AS
SELECT o.tenant_id, o.run_id
FROM reconcile.run_outcome o
LEFT JOIN reconcile.run_outcome shown ON shown.tenant_id = o.tenant_id AND shown.run_id = o.rows_of_run_id
WHERE o.rows_superseded OR shown.rows_superseded;

GRANT SELECT ON reconcile.scheduler_superseded_run TO rollcall_scheduler;

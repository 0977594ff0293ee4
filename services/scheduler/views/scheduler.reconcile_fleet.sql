CREATE OR REPLACE VIEW scheduler.reconcile_fleet AS
SELECT removals_paused
FROM scheduler.fleet;

GRANT SELECT ON scheduler.reconcile_fleet TO rollcall_reconcile;

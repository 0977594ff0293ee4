-- Seals of all tenants that a later run has opened, for the sweeper.
CREATE OR REPLACE VIEW reconcile.scheduler_all_renewed_seals AS
SELECT tenant_id, credential_generation, key_id, seal
FROM reconcile.renewed_seal
WHERE confirmed;

GRANT SELECT ON reconcile.scheduler_all_renewed_seals TO rollcall_scheduler_fleet;

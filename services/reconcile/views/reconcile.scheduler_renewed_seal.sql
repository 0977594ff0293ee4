-- Seals that a later run has opened.
CREATE OR REPLACE VIEW reconcile.scheduler_renewed_seal AS
SELECT tenant_id, credential_generation, key_id, seal
FROM reconcile.renewed_seal
WHERE confirmed;

GRANT SELECT ON reconcile.scheduler_renewed_seal TO rollcall_scheduler;

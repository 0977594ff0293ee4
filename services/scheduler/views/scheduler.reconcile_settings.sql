CREATE OR REPLACE VIEW scheduler.reconcile_settings AS
SELECT tenant_id, settings, generation, sealed_credential, credential_generation, removal_generation
FROM scheduler.settings;

GRANT SELECT ON scheduler.reconcile_settings TO rollcall_reconcile;

-- Credentials of all tenants' settings, sealed, which renewed seals are compared with.
CREATE OR REPLACE VIEW scheduler.reconcile_all_settings AS
SELECT tenant_id, sealed_credential, credential_generation
FROM scheduler.settings;

GRANT SELECT ON scheduler.reconcile_all_settings TO rollcall_reconcile_fleet;

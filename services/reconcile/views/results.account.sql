CREATE OR REPLACE VIEW results.account AS
SELECT tenant_id, account_id, primary_address, type, origin, hsr_enabled, is_protected, stale_since, remove_time
FROM portal.account;

GRANT SELECT ON results.account TO rollcall_results;

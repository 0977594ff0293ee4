CREATE OR REPLACE VIEW results.removed_address AS
SELECT tenant_id, account_id, address, address_type, origin, stale_since
FROM portal.removed_address;

GRANT SELECT ON results.removed_address TO rollcall_results;

CREATE OR REPLACE VIEW results.account_address AS
SELECT tenant_id, account_id, address, address_type, origin, stale_since
FROM portal.address;

GRANT SELECT ON results.account_address TO rollcall_results;

-- The live account that holds an address, with all its addresses.
SELECT
    account.account_id AS "account_id!",
    account.primary_address AS "primary_address!",
    account.type AS "type!",
    account.origin AS "origin!",
    account.hsr_enabled AS "hsr_enabled!",
    account.is_protected AS "is_protected!",
    account.stale_since,
    account.remove_time,
    own.address,
    own.address_type,
    own.origin AS address_origin,
    own.stale_since AS address_stale_since
FROM results.account_address AS wanted
JOIN results.account ON account.tenant_id = wanted.tenant_id AND account.account_id = wanted.account_id
JOIN results.account_address AS own ON own.tenant_id = wanted.tenant_id AND own.account_id = wanted.account_id
WHERE wanted.tenant_id = $1
  AND wanted.address = $2

-- True if anything is known of a tenant: what the portal named, what was saved, what was read.
SELECT (
    EXISTS (SELECT FROM results.domain WHERE tenant_id = $1)
    OR EXISTS (SELECT FROM results.schedule WHERE tenant_id = $1)
    OR EXISTS (SELECT FROM results.account WHERE tenant_id = $1)
    OR EXISTS (SELECT FROM results.run_request WHERE tenant_id = $1)
) AS "known!"

-- Sizes of all that a commit of this tenant loads: accounts, their addresses, and the rows of the history that count.
SELECT
    (SELECT count(*) FROM portal.account WHERE tenant_id = $1) AS "accounts!",
    (SELECT count(*) FROM portal.address WHERE tenant_id = $1)
        + (SELECT count(*) FROM portal.removed_address WHERE tenant_id = $1) AS "addresses!",
    (SELECT count(*) FROM reconcile.claim_history WHERE tenant_id = $1 AND valid_to IS NULL) AS "rows!"

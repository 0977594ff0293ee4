-- Number of accounts that a run changed, and of the addresses that they had and have.
SELECT
    o.accounts_changed AS "accounts!",
    COALESCE((o.counts ->> 'add')::bigint, 0) + COALESCE((o.counts ->> 'update')::bigint, 0) + (
        SELECT count(*)
        FROM reconcile.address_before b
        WHERE b.tenant_id = o.tenant_id AND b.run_id = o.run_id
    ) AS "addresses!"
FROM reconcile.run_outcome o
WHERE o.tenant_id = $1 AND o.run_id = $2

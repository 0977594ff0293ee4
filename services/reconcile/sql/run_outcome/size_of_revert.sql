-- How many accounts a run changed, and how many addresses they had and have.
SELECT
    o.accounts_changed,
    o."add" + o."update" + (
        SELECT count(*)
        FROM reconcile.address_before b
        WHERE b.tenant_id = o.tenant_id AND b.run_id = o.run_id
    )
FROM reconcile.run_outcome o
WHERE o.tenant_id = $1 AND o.run_id = $2

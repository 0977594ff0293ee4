-- Rows that another process drops at the moment are passed over.
WITH old_rows AS MATERIALIZED (
    SELECT ctid
    FROM reconcile.claim_history
    WHERE tenant_id = $1 AND preview_run_id = $2
    LIMIT $3
    FOR UPDATE SKIP LOCKED
), rows AS (
    DELETE FROM reconcile.claim_history AS gone
    USING old_rows AS old
    WHERE gone.ctid = old.ctid
    RETURNING 1
), old_hidden AS MATERIALIZED (
    SELECT ctid
    FROM reconcile.preview_hidden
    WHERE tenant_id = $1 AND run_id = $2
    LIMIT $3
    FOR UPDATE SKIP LOCKED
), hidden AS (
    DELETE FROM reconcile.preview_hidden AS gone
    USING old_hidden AS old
    WHERE gone.ctid = old.ctid
    RETURNING 1
), old_accounts AS MATERIALIZED (
    SELECT ctid
    FROM reconcile.account_before
    WHERE tenant_id = $1 AND run_id = $2
    LIMIT $3
    FOR UPDATE SKIP LOCKED
), accounts AS (
    DELETE FROM reconcile.account_before AS gone
    USING old_accounts AS old
    WHERE gone.ctid = old.ctid
    RETURNING 1
), old_addresses AS MATERIALIZED (
    SELECT ctid
    FROM reconcile.address_before
    WHERE tenant_id = $1 AND run_id = $2
    LIMIT $3
    FOR UPDATE SKIP LOCKED
), addresses AS (
    DELETE FROM reconcile.address_before AS gone
    USING old_addresses AS old
    WHERE gone.ctid = old.ctid
    RETURNING 1
)
SELECT (SELECT count(*) FROM rows) AS "rows!",
       (SELECT count(*) FROM hidden) AS "hidden!",
       (SELECT count(*) FROM accounts) AS "accounts!",
       (SELECT count(*) FROM addresses) AS "addresses!"

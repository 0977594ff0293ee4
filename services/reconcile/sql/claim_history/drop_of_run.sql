-- Rows that another process drops at the moment are passed over.
WITH rows AS (
    DELETE FROM reconcile.claim_history
    WHERE ctid = ANY (ARRAY(
        SELECT ctid
        FROM reconcile.claim_history
        WHERE tenant_id = $1 AND preview_run_id = $2
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING 1
), hidden AS (
    DELETE FROM reconcile.preview_hidden
    WHERE ctid = ANY (ARRAY(
        SELECT ctid
        FROM reconcile.preview_hidden
        WHERE tenant_id = $1 AND run_id = $2
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING 1
), accounts AS (
    DELETE FROM reconcile.account_before
    WHERE ctid = ANY (ARRAY(
        SELECT ctid
        FROM reconcile.account_before
        WHERE tenant_id = $1 AND run_id = $2
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING 1
), addresses AS (
    DELETE FROM reconcile.address_before
    WHERE ctid = ANY (ARRAY(
        SELECT ctid
        FROM reconcile.address_before
        WHERE tenant_id = $1 AND run_id = $2
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING 1
)
SELECT (SELECT count(*) FROM rows) AS "rows!",
       (SELECT count(*) FROM hidden) AS "hidden!",
       (SELECT count(*) FROM accounts) AS "accounts!",
       (SELECT count(*) FROM addresses) AS "addresses!"

-- The earlier runs that a decision rests on: how many accounts syncs reduced lately without approval, and the newest HELD run with the run
-- that shows its rows, if nothing was applied since then and the rows are still kept.
SELECT
    (
        SELECT COALESCE(sum(accounts_reduced), 0)::bigint
        FROM reconcile.run_outcome
        WHERE tenant_id = $1 AND accounts_reduced > 0 AND end_time > now() - interval '24 hours'
          AND kind = 'SYNC' AND state = 'SUCCEEDED' AND reverted_by_run_id IS NULL
    ) AS "reduced!",
    held.held_content AS "held_content?",
    held.rows_of AS "held_rows_of?"
FROM (SELECT $1::text AS tenant_id) one
LEFT JOIN LATERAL (
    SELECT newest.held_content, shown.run_id AS rows_of
    FROM (
        SELECT held_content, COALESCE(rows_of_run_id, run_id) AS rows_of
        FROM reconcile.run_outcome
        WHERE tenant_id = one.tenant_id AND state = 'HELD'
        ORDER BY run_id DESC
        LIMIT 1
    ) newest
    JOIN reconcile.run_outcome shown ON shown.tenant_id = one.tenant_id AND shown.run_id = newest.rows_of
    WHERE shown.history = $2 AND NOT shown.rows_dropped AND shown.rows_expire_time > now()
) held ON true

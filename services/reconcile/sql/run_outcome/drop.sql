-- A month is dropped as a whole, except for runs whose month was never made.
DELETE FROM reconcile.run_outcome_default
WHERE ctid = ANY (ARRAY(
    SELECT ctid
    FROM reconcile.run_outcome_default
    WHERE end_time < now() - $1::bigint * interval '1 second' AND (rows_expire_time IS NULL OR rows_dropped)
    ORDER BY end_time
    LIMIT $2
    FOR UPDATE SKIP LOCKED))

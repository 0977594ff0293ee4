INSERT INTO reconcile.period (preview_days, rows_days, summary_days, removed_days)
VALUES ($1, $2, $3, $4)
ON CONFLICT (the_only) DO UPDATE
SET preview_days = excluded.preview_days,
    rows_days = excluded.rows_days,
    summary_days = excluded.summary_days,
    removed_days = excluded.removed_days

SELECT preview_days AS "preview_days!", rows_days AS "rows_days!", summary_days AS "summary_days!",
       removed_days AS "removed_days!"
FROM reconcile.scheduler_period

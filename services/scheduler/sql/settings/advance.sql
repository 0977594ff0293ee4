UPDATE scheduler.settings AS settings
SET next_run_at = due.next_run_at
FROM UNNEST($1::text[], $2::timestamptz[]) AS due (tenant_id, next_run_at)
WHERE settings.tenant_id = due.tenant_id

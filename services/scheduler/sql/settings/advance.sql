UPDATE scheduler.settings AS settings
SET next_run_time = due.next_run_time
FROM UNNEST($1::text[], $2::timestamptz[]) AS due (tenant_id, next_run_time)
WHERE settings.tenant_id = due.tenant_id

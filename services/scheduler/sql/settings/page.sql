-- As of_tenant.sql, of the tenants that follow one: at most $2, and no more once the settings have more than $3 bytes, whose
-- number is known without reading them. OFFSET has settings and domains looked up by tenant, not those of all tenants read.
WITH page AS (
    SELECT tenant_id, sum(octet_length(settings)) OVER (ORDER BY tenant_id) - octet_length(settings) AS bytes_before
    FROM scheduler.settings
    WHERE tenant_id > $1
    ORDER BY tenant_id
    LIMIT $2
)
SELECT settings.settings, settings.sealed_credential, settings.generation, settings.credential_generation,
       settings.next_run_time, settings.update_time, settings.every_hours, settings.time_zone,
       CASE
           WHEN settings.every_hours = 0 THEN NULL
           WHEN tenant.paused_credential_generation = settings.credential_generation THEN 'CREDENTIALS_REFUSED'
           WHEN settings.paused_reason IS NOT NULL THEN settings.paused_reason
           WHEN fleet.schedules_paused THEN 'OPERATOR'
       END AS paused_reason,
       EXISTS (
           SELECT
           FROM reconcile.scheduler_all_domains AS domain
           WHERE domain.tenant_id = settings.tenant_id
           OFFSET 0
       ) AS "has_domains!"
FROM page
CROSS JOIN LATERAL (
    SELECT *
    FROM scheduler.settings
    WHERE settings.tenant_id = page.tenant_id
    OFFSET 0
) AS settings
CROSS JOIN scheduler.fleet AS fleet
LEFT JOIN reconcile.scheduler_all_tenants AS tenant ON tenant.tenant_id = settings.tenant_id
WHERE page.bytes_before <= $3
ORDER BY settings.tenant_id

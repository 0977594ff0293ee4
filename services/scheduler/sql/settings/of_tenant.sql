-- Of several pauses the tenant's own is shown, and first the one that asks
-- most of it. Without a schedule there is nothing to pause.
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
           FROM reconcile.scheduler_tenant_domain AS domain
           WHERE domain.tenant_id = settings.tenant_id
       ) AS "has_domains!"
FROM scheduler.settings AS settings
CROSS JOIN scheduler.fleet AS fleet
LEFT JOIN reconcile.scheduler_tenant AS tenant ON tenant.tenant_id = settings.tenant_id
WHERE settings.tenant_id = $1

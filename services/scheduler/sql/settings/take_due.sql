-- Schedules that another scheduler, or a call about the tenant, has in hand are left for the next tick. Schedules that must
-- not run are taken too, so that their times advance and they block no others: those that are paused; those that came due
-- before the operator resumed schedules; and those of tenants that no longer have domains, for whom a run would
-- take every address for absent. OFFSET has domains looked up for each, not those of all tenants read. The fleet's row is held, so
-- that after a pause of all schedules none begins.
SELECT settings.tenant_id, settings.every_hours, settings.time_zone, now() AS "now!",
       settings.paused_reason IS NULL
       AND tenant.paused_credential_generation IS DISTINCT FROM settings.credential_generation
       AND NOT fleet.schedules_paused
       AND settings.next_run_time > COALESCE(fleet.schedules_resume_time, '-infinity')
       AND EXISTS (
           SELECT
           FROM reconcile.scheduler_all_domains AS domain
           WHERE domain.tenant_id = settings.tenant_id
           OFFSET 0
       ) AS "runs!"
FROM scheduler.settings AS settings
CROSS JOIN scheduler.fleet AS fleet
LEFT JOIN reconcile.scheduler_all_tenants AS tenant ON tenant.tenant_id = settings.tenant_id
WHERE settings.next_run_time <= now()
ORDER BY settings.next_run_time
LIMIT $1
FOR UPDATE OF settings SKIP LOCKED
FOR SHARE OF fleet

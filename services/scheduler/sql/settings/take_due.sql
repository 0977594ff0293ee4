-- What another scheduler, or a call about the tenant, has in hand is left for the next tick. The schedules that are to
-- run nothing are taken too, so that their times go on and they stand in nobody's way: those that are paused; what came
-- due before the operator let schedules go on; and those of tenants whose domains are all gone, for whom a run would
-- take every address for absent. The fleet's row is held, so that after a pause of all schedules none begins.
SELECT settings.tenant_id, settings.every_hours, settings.time_zone, now() AS "now!",
       settings.paused_reason IS NULL
       AND tenant.paused_credential_generation IS DISTINCT FROM settings.credential_generation
       AND NOT fleet.schedules_paused
       AND settings.next_run_time > COALESCE(fleet.schedules_resume_time, '-infinity')
       AND EXISTS (
           SELECT
           FROM reconcile.scheduler_tenant_domain AS domain
           WHERE domain.tenant_id = settings.tenant_id
       ) AS "runs!"
FROM scheduler.settings AS settings
CROSS JOIN scheduler.fleet AS fleet
LEFT JOIN reconcile.scheduler_tenant AS tenant ON tenant.tenant_id = settings.tenant_id
WHERE settings.next_run_time <= now()
ORDER BY settings.next_run_time
LIMIT $1
FOR UPDATE OF settings SKIP LOCKED
FOR SHARE OF fleet

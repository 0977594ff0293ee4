INSERT INTO scheduler.settings
    (tenant_id, settings, sealed_credential, generation, every_hours, time_zone, next_run_at)
VALUES ($1, $2, $3, nextval('scheduler.settings_generation'), $4, $5, $6)
ON CONFLICT (tenant_id) DO UPDATE
SET settings = excluded.settings,
    sealed_credential = excluded.sealed_credential,
    generation = excluded.generation,
    every_hours = excluded.every_hours,
    time_zone = excluded.time_zone,
    next_run_at = excluded.next_run_at,
    update_time = now()
RETURNING settings, sealed_credential, generation, every_hours, time_zone, next_run_at, update_time

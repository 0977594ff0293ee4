-- A save ends a pause that waits for nothing else. A password given again counts as another, even if it is the same text.
INSERT INTO scheduler.settings AS stored
    (tenant_id, settings, sealed_credential, key_id, every_hours, time_zone, next_run_time,
     generation, credential_generation, removal_generation)
SELECT $1, $2, $3, $4, $5, $6, $7, generation, generation, CASE WHEN $9 THEN generation END
FROM nextval('scheduler.settings_generation') AS generation
ON CONFLICT (tenant_id) DO UPDATE
SET settings = excluded.settings,
    sealed_credential = excluded.sealed_credential,
    key_id = excluded.key_id,
    every_hours = excluded.every_hours,
    time_zone = excluded.time_zone,
    next_run_time = excluded.next_run_time,
    generation = excluded.generation,
    credential_generation = CASE
        WHEN $8 THEN excluded.generation
        ELSE stored.credential_generation
    END,
    removal_generation = CASE
        WHEN $10 THEN COALESCE(stored.removal_generation, excluded.removal_generation)
        ELSE excluded.removal_generation
    END,
    paused_reason = NULL,
    update_time = now()

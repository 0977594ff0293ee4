//! All tenants: `results.schedule`, `results.last_run`, `results.refused_credential`, `results.fleet_pause` and
//! `results.waiting_events`.

use rollcall_proto::v1::RunState;

use super::*;

/// A tenant with settings, and an hourly schedule.
async fn with_schedule(ground: &Ground, tenant: &str) -> Result<()> {
    ground
        .as_scheduler(&format!(
            "INSERT INTO scheduler.settings (tenant_id, settings, sealed_credential, generation, credential_generation,
                 key_id, every_hours, time_zone, next_run_time)
             VALUES ('{tenant}', '', '', 1, 1, 'first', 1, 'UTC', now())"
        ))
        .await
}

#[tokio::test]
async fn tenants_are_counted_by_what_pauses_their_schedules() -> Result<()> {
    let ground = Ground::new().await?;
    for tenant in ["acme", "refused", "reverted"] {
        with_schedule(&ground, tenant).await?;
    }
    ground
        .as_reconcile(
            "INSERT INTO reconcile.tenant (tenant_id, paused_credential_generation) VALUES ('refused', 1)",
        )
        .await?;
    ground
        .as_scheduler(
            "UPDATE scheduler.settings SET paused_reason = 'REVERTED' WHERE tenant_id = 'reverted';
             UPDATE scheduler.fleet SET removals_paused = true, note = 'maintenance'",
        )
        .await?;
    let fleet = ground.store.fleet(Uuid::nil()).await.map_err(refused)?;
    let tenants = fleet.tenants;
    assert_eq!((tenants.with_settings, tenants.scheduled), (3, 3));
    assert_eq!((tenants.refused, tenants.reverted), (1, 1));
    assert!(fleet.pause.removals && !fleet.pause.schedules);
    assert_eq!(
        fleet.keys.iter().map(|key| key.credentials).collect::<Vec<_>>(),
        [3]
    );
    Ok(())
}

#[tokio::test]
async fn runs_are_counted_by_state_and_what_waits_by_lane() -> Result<()> {
    let ground = Ground::new().await?;
    let done = ground.ask("SYNC").await?;
    ground.note(&done, "SUCCEEDED", "read_mode = 'FULL'").await?;
    ground.ask("SYNC").await?;
    let fleet = ground.store.fleet(Uuid::nil()).await.map_err(refused)?;
    let mut states: Vec<_> = fleet.runs.iter().map(|runs| (runs.state, runs.runs)).collect();
    states.sort_by_key(|(state, _)| i32::from(*state));
    assert_eq!(states, [(RunState::Queued, 1), (RunState::Succeeded, 1)]);
    assert_eq!(
        fleet.backlog.iter().map(|lane| lane.waiting).collect::<Vec<_>>(),
        [1]
    );
    Ok(())
}

#[tokio::test]
async fn tenants_that_fail_or_are_held_are_counted_while_they_have_settings() -> Result<()> {
    let ground = Ground::new().await?;
    with_schedule(&ground, "acme").await?;
    with_schedule(&ground, "held").await?;
    let failed = ground.ask("SYNC").await?;
    ground
        .note(&failed, "FAILED", "failure_code = 'TIME_LIMIT'")
        .await?;
    ground
        .as_reconcile(&format!(
            "INSERT INTO reconcile.last_run (tenant_id, run_id, state, failing_since_run_id, held_run_id, decided_run_id)
             SELECT tenant_id, run_id, state, run_id, held::uuid, decided::uuid
             FROM (VALUES ('acme', '{run}'::uuid, 'FAILED', '{run}', '{run}'),
                          ('held', '{run}', 'HELD', '{run}', NULL),
                          ('gone', '{run}', 'FAILED', '{run}', NULL))
                 AS last (tenant_id, run_id, state, held, decided)",
            run = failed.run_id
        ))
        .await?;
    let fleet = ground.store.fleet(Uuid::nil()).await.map_err(refused)?;
    assert_eq!((fleet.held_tenants, fleet.failing_tenants), (1, 1));
    let failing = fleet.failing.first().and_then(|tenant| tenant.failure.clone());
    assert_eq!(failing.map(|failure| failure.code), Some("TIME_LIMIT".to_owned()));
    Ok(())
}

#[tokio::test]
async fn events_that_wait_are_counted_by_tenant() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .as_reconcile(
            "INSERT INTO reconcile.outbox (tenant_id, sequence, routing_key, payload)
             VALUES ('acme', 1, 'key', ''), ('acme', 2, 'key', ''), ('other', 1, 'key', '')",
        )
        .await?;
    let fleet = ground.store.fleet(Uuid::nil()).await.map_err(refused)?;
    assert_eq!(fleet.events.tenants, 2);
    assert!(fleet.events.oldest_create_time.is_some());
    Ok(())
}

//! Settings.

use super::*;
use crate::store::Access;

#[tokio::test]
async fn a_save_gives_the_credential_a_generation_only_if_it_is_new() -> Result<()> {
    let ground = Ground::with_schedule(time("2030-01-01T00:00:00Z")?).await?;
    let first = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert_eq!(first.generation, first.credential_generation);
    ground.put(None, RemovalSwitch::Off, false).await?;
    let second = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert!(second.generation > first.generation);
    assert_eq!(second.credential_generation, first.credential_generation);
    ground.put(None, RemovalSwitch::Off, true).await?;
    let third = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert_eq!(third.credential_generation, third.generation);
    Ok(())
}

#[tokio::test]
async fn a_schedule_is_stored_with_its_next_time_and_the_tenants_domains() -> Result<()> {
    let due = time("2030-01-01T00:00:00Z")?;
    let ground = Ground::with_schedule(due).await?;
    let stored = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert_eq!((stored.every_hours, stored.next_run_time), (1, Some(due)));
    assert!(stored.has_domains);
    let page = ground.store.settings_after("", 10).await?;
    assert_eq!(page.len(), 1);
    assert!(ground.store.settings_after(TENANT, 10).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_pause_after_a_revert_ends_with_the_next_save() -> Result<()> {
    let due = time("2030-01-01T00:00:00Z")?;
    let ground = Ground::with_schedule(due).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    change.pause_schedule().await?;
    let paused = change.settings().await?.context("settings")?;
    assert_eq!(paused.paused_reason, rollcall_proto::v1::PausedReason::Reverted);
    change.commit().await?;
    ground.put(Some(due), RemovalSwitch::Off, false).await?;
    let stored = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert_eq!(
        stored.paused_reason,
        rollcall_proto::v1::PausedReason::Unspecified
    );
    Ok(())
}

#[tokio::test]
async fn a_refused_credential_pauses_the_schedule_as_long_as_it_is_the_tenants() -> Result<()> {
    let ground = Ground::with_schedule(time("2030-01-01T00:00:00Z")?).await?;
    let generation = ground
        .store
        .settings(&ground.tenant)
        .await?
        .context("settings")?
        .credential_generation;
    let refused = format!(
        "INSERT INTO reconcile.tenant (tenant_id, paused_credential_generation) VALUES ('{TENANT}', {generation})"
    );
    ground.as_reconcile(&refused).await?;
    let paused = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert_eq!(
        paused.paused_reason,
        rollcall_proto::v1::PausedReason::CredentialsRefused
    );
    ground
        .put(Some(time("2030-01-01T00:00:00Z")?), RemovalSwitch::Off, true)
        .await?;
    let given_again = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert_eq!(
        given_again.paused_reason,
        rollcall_proto::v1::PausedReason::Unspecified
    );
    Ok(())
}

#[tokio::test]
async fn settings_that_are_deleted_take_the_runs_that_wait_with_them() -> Result<()> {
    let ground = Ground::with_schedule(time("2030-01-01T00:00:00Z")?).await?;
    let run = ground.ask(Lane::Interactive).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    change.delete_settings().await?;
    let request = change.request_state(run).await?.context("the request")?;
    assert!(request.is_finished());
    change.commit().await?;
    assert!(ground.store.settings(&ground.tenant).await?.is_none());
    Ok(())
}

/// Says as reconcile that a renewed seal of a generation was opened, or not yet.
async fn renewed(ground: &Ground, generation: i64, confirmed: bool) -> Result<()> {
    let statement = format!(
        "INSERT INTO reconcile.renewed_seal (tenant_id, credential_generation, fence, key_id, seal, confirmed)
         VALUES ('{TENANT}', {generation}, 1, 'second', '\\x0a067365636f6e64', {confirmed})
         ON CONFLICT (tenant_id) DO UPDATE SET credential_generation = excluded.credential_generation,
             confirmed = excluded.confirmed"
    );
    ground.database.run(Role::Reconcile, &statement).await
}

#[tokio::test]
async fn a_renewed_seal_takes_the_place_of_the_stored_one_once_it_was_opened() -> Result<()> {
    let ground = Ground::with_schedule(time("2030-01-01T00:00:00Z")?).await?;
    let before = ground.store.settings(&ground.tenant).await?.context("settings")?;
    let generation = before.credential_generation;
    for (generation, confirmed) in [(generation, false), (generation - 1, true)] {
        renewed(&ground, generation, confirmed).await?;
        assert_eq!(ground.store.take_renewed_seals(10).await?, 0, "{confirmed}");
    }
    renewed(&ground, generation, true).await?;
    assert_eq!(ground.store.take_renewed_seals(10).await?, 1);
    assert_eq!(ground.store.take_renewed_seals(10).await?, 0, "it is there");
    let after = ground.store.settings(&ground.tenant).await?.context("settings")?;
    assert_eq!(after.credential.key_id, "second");
    assert_eq!(
        (after.generation, after.credential_generation),
        (before.generation, before.credential_generation)
    );
    Ok(())
}

#[tokio::test]
async fn a_pause_of_all_schedules_cancels_the_scheduled_syncs_that_wait() -> Result<()> {
    let ground = Ground::with_schedule(time("2020-01-01T00:00:00Z")?).await?;
    let run = due::take_and_finish(&ground).await?;
    let fleet = ground
        .store
        .pause_fleet(true, false, "maintenance", record("PauseFleet"))
        .await?;
    assert!(fleet.schedules_paused && !fleet.removals_paused);
    assert_eq!(fleet.note, "maintenance");
    assert!(fleet.update_time.is_some());
    let mut change = ground.store.change(&ground.tenant).await?;
    assert!(
        change
            .request_state(run)
            .await?
            .context("the request")?
            .is_finished()
    );
    drop(change);
    let fleet = ground
        .store
        .resume_fleet(true, false, record("ResumeFleet"))
        .await?;
    assert!(!fleet.schedules_paused && fleet.note.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_list_of_large_settings_is_read_no_further_than_a_page() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .database
        .run(
            Role::Scheduler,
            "INSERT INTO scheduler.settings (tenant_id, settings, sealed_credential, generation, credential_generation,
                 key_id, every_hours, time_zone)
             SELECT 't' || n, decode(repeat('00', 100000), 'hex'), '', 7, 6, 'first', 0, ''
             FROM generate_series(100, 199) AS n",
        )
        .await?;
    let read = sqlx::query_file!("sql/settings/page.sql", "", 101_i64, 1_000_000_i64)
        .fetch_all(ground.store.pool.fleet(Access::Read).await?.connection())
        .await?;
    assert_eq!(read.len(), 11, "one more than a page of ten");
    Ok(())
}

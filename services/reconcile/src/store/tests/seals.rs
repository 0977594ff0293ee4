//! Renewed seals: from a worker with the lease, and judged by a later one.

use rollcall_domain::Fence;
use rollcall_proto::internal::v1::SealedCredential;

use super::*;
use crate::{error::ReconcileError, runs::seals, upkeep::sweeper};

const GENERATION: i64 = 6;

fn seal() -> SealedCredential {
    SealedCredential {
        key_id: "second".to_owned(),
        encapped_key: vec![1; 32],
        ciphertext: vec![2; 144],
    }
}

/// Ends the run, so that the next may begin.
async fn release(ground: &Ground) -> Result<()> {
    let mut tenant = ground.lock().await?;
    tenant.release().await?;
    tenant.commit().await?;
    Ok(())
}

async fn confirmed(ground: &Ground) -> Result<i64> {
    ground
        .count("SELECT count(*) FROM reconcile.renewed_seal WHERE confirmed")
        .await
}

async fn kept(ground: &Ground) -> Result<i64> {
    ground.count("SELECT count(*) FROM reconcile.renewed_seal").await
}

#[tokio::test]
async fn a_renewed_seal_waits_beside_the_stored_one_until_a_later_run_has_opened_it() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (first, started) = ground.started("SYNC").await?;
    assert!(started.current.renewed_credential.is_none());
    seals::renew(&ground.resources, &first, GENERATION, &seal()).await?;
    seals::judge(&ground.resources, &first, GENERATION, true).await?;
    assert_eq!(
        (kept(&ground).await?, confirmed(&ground).await?),
        (1, 0),
        "its own run says nothing"
    );
    release(&ground).await?;

    let (second, started) = ground.started("SYNC").await?;
    assert_eq!(started.current.renewed_credential, Some(seal()));
    seals::judge(&ground.resources, &second, GENERATION, true).await?;
    assert_eq!(confirmed(&ground).await?, 1);
    // The scheduler has not taken it yet: it stays, whatever a later run says.
    sweeper::sweep(&ground.resources).await?;
    release(&ground).await?;
    let (third, _) = ground.started("SYNC").await?;
    seals::judge(&ground.resources, &third, GENERATION, false).await?;
    assert_eq!(confirmed(&ground).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_seal_that_does_not_open_is_dropped() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (first, _) = ground.started("SYNC").await?;
    seals::renew(&ground.resources, &first, GENERATION, &seal()).await?;
    release(&ground).await?;
    let (second, _) = ground.started("SYNC").await?;
    seals::judge(&ground.resources, &second, GENERATION, false).await?;
    assert_eq!(kept(&ground).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_worker_without_the_lease_or_with_another_generation_renews_nothing() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    seals::renew(&ground.resources, &key, GENERATION - 1, &seal()).await?;
    assert_eq!(kept(&ground).await?, 0, "another credential");
    let late = LeaseKey {
        fence: Fence(key.fence.0 - 1),
        ..key.clone()
    };
    for stranger in [&late] {
        let renewed = seals::renew(&ground.resources, stranger, GENERATION, &seal()).await;
        assert!(matches!(renewed, Err(ReconcileError::Fenced)));
        let judged = seals::judge(&ground.resources, stranger, GENERATION, true).await;
        assert!(matches!(judged, Err(ReconcileError::Fenced)));
    }
    release(&ground).await?;
    let renewed = seals::renew(&ground.resources, &key, GENERATION, &seal()).await;
    assert!(matches!(renewed, Err(ReconcileError::Fenced)), "the run is over");
    assert_eq!(kept(&ground).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_renewed_seal_is_void_once_the_credential_is_another_and_gone_once_the_settings_have_it()
-> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let renew = async || {
        let (key, _) = ground.started("SYNC").await?;
        seals::renew(&ground.resources, &key, GENERATION, &seal()).await?;
        release(&ground).await
    };
    renew().await?;
    ground
        .as_scheduler("UPDATE scheduler.settings SET credential_generation = 7, generation = 8")
        .await?;
    let (_, started) = ground.started("SYNC").await?;
    assert!(started.current.renewed_credential.is_none());
    sweeper::sweep(&ground.resources).await?;
    assert_eq!(kept(&ground).await?, 0);
    release(&ground).await?;

    ground
        .as_scheduler("UPDATE scheduler.settings SET credential_generation = 6")
        .await?;
    renew().await?;
    ground
        .as_reconcile("UPDATE reconcile.renewed_seal SET confirmed = true")
        .await?;
    sweeper::sweep(&ground.resources).await?;
    assert_eq!(kept(&ground).await?, 1, "the scheduler has not taken it yet");
    ground
        .as_scheduler(
            "UPDATE scheduler.settings AS s SET sealed_credential = r.seal
             FROM reconcile.scheduler_all_renewed_seals AS r WHERE r.tenant_id = s.tenant_id",
        )
        .await?;
    sweeper::sweep(&ground.resources).await?;
    assert_eq!(kept(&ground).await?, 0);
    Ok(())
}

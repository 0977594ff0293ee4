//! From requests to what is published.

use super::*;
use crate::store::Claim;

#[tokio::test]
async fn a_request_is_in_the_hand_of_one_publisher() -> Result<()> {
    let ground = Ground::new().await?;
    let run = ground.ask(Lane::Interactive).await?;
    let claim = Claim::new(Duration::from_mins(1));
    let taken = ground.store.claim_unpublished(10, claim).await?;
    assert_eq!(
        taken.iter().map(|request| request.run_id).collect::<Vec<_>>(),
        [run]
    );
    let other = Claim::new(Duration::from_mins(1));
    assert!(ground.store.claim_unpublished(10, other).await?.is_empty());
    ground.store.renew_claims(&taken, other).await?;
    ground.store.release_claims(&taken, other).await?;
    assert!(
        ground.store.claim_unpublished(10, other).await?.is_empty(),
        "only its owner gives it back"
    );
    ground.store.release_claims(&taken, claim).await?;
    assert_eq!(ground.store.claim_unpublished(10, other).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_claim_that_is_not_renewed_ends() -> Result<()> {
    let ground = Ground::new().await?;
    ground.ask(Lane::Interactive).await?;
    ground
        .store
        .claim_unpublished(10, Claim::new(Duration::from_mins(1)))
        .await?;
    ground.age("claim_expire_time").await?;
    let taken = ground
        .store
        .claim_unpublished(10, Claim::new(Duration::from_mins(1)))
        .await?;
    assert_eq!(taken.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_request_that_is_cancelled_before_it_is_published_is_published_all_the_same() -> Result<()> {
    // Its run ends, with an outcome and an event, when a worker takes its job.
    let ground = Ground::new().await?;
    let one = ground.ask(Lane::Interactive).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    change.cancel_request(one).await?;
    change.commit().await?;
    let with_settings = ground.ask(Lane::Interactive).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    change.delete_settings().await?;
    change.commit().await?;
    let claim = Claim::new(Duration::from_mins(1));
    let taken = ground.store.claim_unpublished(10, claim).await?;
    let mut runs: Vec<RunId> = taken.iter().map(|request| request.run_id).collect();
    runs.sort_unstable();
    assert_eq!(runs, [one, with_settings]);
    Ok(())
}

#[tokio::test]
async fn the_interactive_lane_is_published_first() -> Result<()> {
    let ground = Ground::new().await?;
    let slow = ground.ask(Lane::Slow).await?;
    let interactive = ground.ask(Lane::Interactive).await?;
    let claim = Claim::new(Duration::from_mins(1));
    let first = ground.store.claim_unpublished(1, claim).await?;
    let second = ground.store.claim_unpublished(1, claim).await?;
    let runs: Vec<_> = first
        .iter()
        .chain(&second)
        .map(|request| request.run_id)
        .collect();
    assert_eq!(runs, [interactive, slow]);
    Ok(())
}

#[tokio::test]
async fn a_request_that_moved_to_another_lane_is_not_marked_for_its_old_one() -> Result<()> {
    let ground = Ground::with_schedule(time("2020-01-01T00:00:00Z")?).await?;
    let run = due::take_and_finish(&ground).await?;
    let claim = Claim::new(Duration::from_mins(1));
    let taken = ground.store.claim_unpublished(10, claim).await?;
    let mut change = ground.store.change(&ground.tenant).await?;
    change
        .promote_request(run, Lane::Interactive, &act("SyncNow"), None)
        .await?;
    change.commit().await?;
    ground.store.mark_published(&taken).await?;
    let promoted = ground.store.claim_unpublished(10, claim).await?;
    assert_eq!(
        promoted.iter().map(|request| request.lane).collect::<Vec<_>>(),
        [Lane::Interactive]
    );
    ground.store.mark_published(&promoted).await?;
    assert!(ground.store.claim_unpublished(10, claim).await?.is_empty());
    Ok(())
}

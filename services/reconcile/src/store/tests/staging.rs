//! The staged part of a large read.

use rollcall_proto::internal::v1::{DirectoryObject, ObjectBatch};

use super::*;
use crate::{error::ReconcileError, store::Stage, upkeep::sweeper};

fn batch(id: &str) -> ObjectBatch {
    ObjectBatch {
        objects: vec![DirectoryObject {
            id: id.to_owned(),
            ..DirectoryObject::default()
        }],
    }
}

async fn ids(stage: &Stage) -> Result<Vec<String>, ReconcileError> {
    let mut ids = Vec::new();
    let take = |batch: ObjectBatch| {
        ids.extend(batch.objects.into_iter().map(|object| object.id));
        Ok(())
    };
    stage.for_each(take).await?;
    Ok(ids)
}

#[tokio::test]
async fn batches_come_back_in_their_order() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    let mut stage = Stage::new(ground.gate(), &key);
    for id in ["c", "a", "b"] {
        stage.write(&batch(id)).await?;
    }
    assert_eq!(ids(&stage).await?, ["c", "a", "b"]);
    sweeper::sweep(&ground.resources).await?;
    assert_eq!(ids(&stage).await?, ["c", "a", "b"], "the run has its lease");
    Ok(())
}

#[tokio::test]
async fn what_is_staged_goes_with_the_lease() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    let mut stage = Stage::new(ground.gate(), &key);
    stage.write(&batch("a")).await?;
    let mut tenant = ground.lock().await?;
    tenant.release().await?;
    tenant.commit().await?;
    assert!(matches!(ids(&stage).await, Err(ReconcileError::Fenced)));
    Ok(())
}

#[tokio::test]
async fn batches_staged_for_no_run_are_swept_away() -> Result<()> {
    let ground = Ground::new().await?.with_settings().await?;
    let (key, _) = ground.started("SYNC").await?;
    Stage::new(ground.gate(), &key).write(&batch("a")).await?;
    ground
        .as_reconcile("UPDATE reconcile.staged_batch SET fence = fence - 1")
        .await?;
    sweeper::sweep(&ground.resources).await?;
    assert_eq!(
        ground
            .count("SELECT count(*) FROM reconcile.staged_batch")
            .await?,
        0
    );
    Ok(())
}

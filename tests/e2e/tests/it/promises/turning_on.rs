//! “How to turn it on?”

use anyhow::Result;
use rollcall_e2e::Office;
use rollcall_proto::v1::{RunState, RunTrigger};

use crate::office::scheduled_run;

#[tokio::test]
async fn sync_now_is_an_on_demand_sync() -> Result<()> {
    let (tenant, _) = Office::new("now").people(["ann", "bob"]).saved().await?;
    assert!(
        tenant.accounts().await?.is_empty(),
        "saving settings syncs nothing"
    );
    let run = tenant.sync().await?;
    assert_eq!(run.trigger(), RunTrigger::Manual);
    assert_eq!(tenant.accounts().await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_scheduled_sync_recurs_by_itself() -> Result<()> {
    let (tenant, forest) = Office::new("recurs").people(["ann", "bob"]).saved().await?;
    tenant.put_schedule(forest.settings(), 4).await?;
    for already_there in [false, true] {
        let run = scheduled_run(&tenant).await?;
        assert_eq!((run.state(), run.unchanged), (RunState::Succeeded, already_there));
        assert!(tenant.saved().await?.next_run_time.is_some(), "it is due again");
    }
    assert_eq!(tenant.accounts().await?.len(), 2);
    Ok(())
}

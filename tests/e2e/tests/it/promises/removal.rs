//! “Does it automatically remove users?”

use anyhow::Result;
use rollcall_e2e::{Office, tenant::portal::manual_account};
use rollcall_proto::v1::{Origin, Removal, RunTrigger};

use crate::office::{account, scheduled_run};

#[tokio::test]
async fn a_person_who_left_the_directory_is_not_removed_by_default() -> Result<()> {
    let (tenant, forest) = Office::new("stays").people(["ann", "bob"]).synced().await?;
    forest.remove("bob").await?;
    tenant.sync().await?;
    assert!(account(&tenant, "bob").await?.stale_since.is_some());
    Ok(())
}

#[tokio::test]
async fn with_remove_accounts_all_addresses_go_that_the_directory_does_not_hold() -> Result<()> {
    let (tenant, forest) = Office::new("remove").crowd(8).synced().await?;
    let by_hand = manual_account(&tenant.address("manual"), &[]);
    assert_eq!(tenant.put_account(by_hand).await?.origin(), Origin::Manual);
    forest.remove("p7").await?;
    let removal = Removal {
        remove_accounts: true,
        ..Removal::default()
    };
    tenant.put_removal(forest.settings(), removal).await?;
    tenant.preview().await?;
    tenant.sync().await?;
    let left: Vec<_> = (0..7).map(|n| tenant.address(&format!("p{n}"))).collect();
    assert_eq!(tenant.primaries().await?, left, "manual ones go too");
    Ok(())
}

#[tokio::test]
async fn there_are_manual_and_automatic_syncs() -> Result<()> {
    let (tenant, forest) = Office::new("both").people(["ann", "bob"]).saved().await?;
    tenant.put_schedule(forest.settings(), 6).await?;
    assert_eq!(tenant.sync().await?.trigger(), RunTrigger::Manual);
    assert_eq!(scheduled_run(&tenant).await?.trigger(), RunTrigger::Scheduled);
    Ok(())
}

//! “What options does it apply by default for new users?”

use anyhow::{Context, Result};
use rollcall_e2e::Office;
use rollcall_proto::v1::{NewUsers, Settings};

use crate::office::{account, one_of_each};

#[tokio::test]
async fn new_users_get_hsr_if_the_box_is_checked_and_not_by_default() -> Result<()> {
    let (tenant, forest) = Office::new("hsr").people(["ann", "bob"]).synced().await?;
    assert!(!account(&tenant, "ann").await?.hsr_enabled);
    forest.add(&tenant.person("eve")).await?;
    let new_users = NewUsers {
        send_hsr: true,
        send_welcome: false,
        limit_accounts: None,
    };
    let settings = Settings {
        new_users: Some(new_users),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    tenant.sync().await?;
    assert!(account(&tenant, "eve").await?.hsr_enabled);
    assert!(!account(&tenant, "ann").await?.hsr_enabled, "ann is not new");
    Ok(())
}

#[tokio::test]
async fn other_types_than_users_get_neither_hsr_nor_a_welcome() -> Result<()> {
    let (tenant, forest) = Office::new("welcome").objects(one_of_each).saved().await?;
    let new_users = NewUsers {
        send_hsr: true,
        send_welcome: true,
        limit_accounts: None,
    };
    let settings = Settings {
        new_users: Some(new_users),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    let preview = tenant.preview().await?;
    let run = tenant.sync().await?;
    for run in [preview, run] {
        assert_eq!(run.counts.context("counts")?.welcomes, 1, "the user's");
    }
    let with_hsr: Vec<_> = tenant
        .accounts()
        .await?
        .into_iter()
        .filter(|account| account.hsr_enabled)
        .map(|account| account.primary_address)
        .collect();
    assert_eq!(with_hsr, [tenant.address("user")]);
    Ok(())
}

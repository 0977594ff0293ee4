//! Accounts: `results.account`, `results.account_address` and `results.removed_address`.

use rollcall_proto::v1::Account;

use super::*;
use crate::store::AccountFilter;

async fn read(ground: &Ground, filter: &AccountFilter) -> Result<Vec<Vec<String>>> {
    let read = ground
        .store
        .accounts("acme", filter, None, 10)
        .await
        .map_err(refused)?;
    let texts = |account: &Account| account.addresses.iter().map(|own| own.address.clone()).collect();
    Ok(read.accounts.iter().map(texts).collect())
}

#[tokio::test]
async fn accounts_come_by_primary_address_each_with_its_primary_first() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .account(&["bob@acme.example", "alias@acme.example"], false)
        .await?;
    ground.account(&["ann@acme.example"], false).await?;
    ground.account(&["gone@acme.example"], true).await?;
    let live = read(&ground, &AccountFilter::default()).await?;
    assert_eq!(
        live,
        [
            vec!["ann@acme.example"],
            vec!["bob@acme.example", "alias@acme.example"]
        ]
    );
    let removed = AccountFilter {
        removed: true,
        ..AccountFilter::default()
    };
    assert_eq!(read(&ground, &removed).await?, [vec!["gone@acme.example"]]);
    Ok(())
}

#[tokio::test]
async fn an_account_is_found_by_any_of_its_addresses() -> Result<()> {
    let ground = Ground::new().await?;
    ground
        .account(&["bob@acme.example", "alias@acme.example"], false)
        .await?;
    ground.account(&["ann@acme.example"], false).await?;
    let begins = AccountFilter {
        search: "ali".to_owned(),
        ..AccountFilter::default()
    };
    let found = read(&ground, &begins).await?;
    assert_eq!(found, [vec!["bob@acme.example", "alias@acme.example"]]);
    Ok(())
}

//! Accounts and addresses made by hand, and protected ones.

use anyhow::Result;
use rollcall_e2e::{
    Office, person,
    tenant::{in_short, portal::manual_account},
};
use rollcall_proto::v1::{Account, Reason, Removal, Verdict};

use super::{addresses, decided, rows};
use crate::office::account;

#[tokio::test]
async fn rule_4_manual_addresses_are_refused_to_others_but_a_wanted_primary_adopts_or_merges() -> Result<()> {
    let (tenant, forest) = Office::new("rule4").saved().await?;
    let at = |local: &str| tenant.address(local);
    let hand = tenant
        .put_account(manual_account(&at("ann"), &[&at("desk")]))
        .await?;
    forest.add(&person("ann").primary(&at("ann"))).await?;
    forest
        .add(&person("bob").primary(&at("bob")).alias(&at("desk")))
        .await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&tenant, &run, &at("ann")).await?,
        (Verdict::Update, Reason::Adopted)
    );
    let desk = &rows(&tenant, &run, &at("desk")).await?[0];
    assert_eq!(
        (desk.verdict(), desk.reason(), &desk.other),
        (Verdict::Skip, Reason::InterferesWithPortalAccount, &at("ann"))
    );
    let ann = account(&tenant, "ann").await?;
    assert_eq!(ann.account_id, hand.account_id, "adopted whole");
    assert_eq!(addresses(&ann), [at("ann"), at("desk")]);

    let second = tenant
        .put_account(manual_account(&at("bobby"), &[&at("robert")]))
        .await?;
    forest
        .set_addresses(
            "bob",
            &[format!("SMTP:{}", at("bobby")), format!("smtp:{}", at("bob"))],
        )
        .await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&tenant, &run, &at("bobby")).await?,
        (Verdict::Update, Reason::Merged)
    );
    let bob = account(&tenant, "bobby").await?;
    assert_eq!(addresses(&bob), [at("bobby"), at("bob"), at("robert")]);
    assert_eq!(tenant.removed_accounts().await?[0].account_id, second.account_id);

    // An object created again takes over the account of the one that was deleted.
    forest.remove("bob").await?;
    forest.add(&person("bob").primary(&at("bobby"))).await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&tenant, &run, &at("bobby")).await?,
        (Verdict::Update, Reason::Rebound)
    );
    assert_eq!(account(&tenant, "bobby").await?.account_id, bob.account_id);
    Ok(())
}

#[tokio::test]
async fn rule_7_protected_accounts_are_neither_removed_nor_merged_nor_renamed_nor_stripped() -> Result<()> {
    let (tenant, forest) = Office::new("rule7").saved().await?;
    let at = |local: &str| tenant.address(local);
    forest
        .add(&person("ann").primary(&at("ann")).alias(&at("office")))
        .await?;
    forest.add(&person("bob").primary(&at("bob"))).await?;
    forest.add(&person("eve").primary(&at("eve"))).await?;
    tenant
        .put_removal(
            forest.settings(),
            Removal {
                remove_accounts: true,
                limit_percent: Some(100),
                ..Removal::default()
            },
        )
        .await?;
    tenant.sync().await?;
    let ann = tenant
        .protect(&account(&tenant, "ann").await?.account_id, true)
        .await?;
    let hand = tenant
        .put_account(Account {
            is_protected: true,
            ..manual_account(&at("root"), &[])
        })
        .await?;
    let untouched = || async {
        let ann_now = account(&tenant, "ann").await?;
        anyhow::Ok((
            ann_now.primary_address,
            ann_now.addresses.len(),
            account(&tenant, "root").await?,
        ))
    };
    let before = (ann.primary_address.clone(), 2, hand);

    // Renamed in the directory, an address claimed by another object, and a manual one wanted as a primary.
    forest
        .set_addresses("ann", &[format!("SMTP:{}", at("married"))])
        .await?;
    forest
        .set_addresses(
            "bob",
            &[format!("SMTP:{}", at("root")), format!("smtp:{}", at("office"))],
        )
        .await?;
    let run = tenant.sync().await?;
    assert_eq!(untouched().await?, before);
    for address in [at("root"), at("office")] {
        assert_eq!(
            decided(&tenant, &run, &address).await?,
            (Verdict::Skip, Reason::InterferesWithPortalAccount),
            "{address}: {:?}",
            in_short(&tenant.rows(&run.run_id).await?)
        );
    }
    forest.remove("ann").await?;
    tenant.sync().await?;
    assert_eq!(untouched().await?, before, "nor removed");
    Ok(())
}

//! Accounts when their addresses and types change.

use anyhow::{Context, Result};
use rollcall_e2e::{Object, Office, group, person, tenant::portal::manual_account};
use rollcall_proto::v1::{HeldReason, NewUsers, ObjectType, Reason, Removal, Settings, Verdict};

use super::{decided, rows};
use crate::office::account;

#[tokio::test]
async fn rule_6_accounts_live_on_whatever_becomes_of_their_addresses() -> Result<()> {
    let (tenant, forest) = Office::new("rule6").saved().await?;
    let at = |local: &str| tenant.address(local);
    let values =
        |primary: &str, alias: &str| [format!("SMTP:{}", at(primary)), format!("smtp:{}", at(alias))];
    forest
        .add(&person("ann").primary(&at("ann")).alias(&at("office")))
        .await?;
    forest.add(&person("bob").primary(&at("bob"))).await?;
    forest.add(&person("eve").primary(&at("eve"))).await?;
    let limited = |accounts| Removal {
        limit_accounts: Some(accounts),
        ..Removal::default()
    };
    tenant.put_removal(forest.settings(), limited(10)).await?;
    tenant.sync().await?;
    let (ann, eve) = (account(&tenant, "ann").await?, account(&tenant, "eve").await?);

    forest.set_addresses("ann", &values("office", "adler")).await?;
    forest.set_addresses("bob", &values("bob", "ann")).await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&tenant, &run, &at("office")).await?,
        (Verdict::Update, Reason::Renamed)
    );
    let moved = &rows(&tenant, &run, &at("ann")).await?[0];
    assert_eq!(
        (moved.verdict(), moved.reason()),
        (Verdict::Update, Reason::Moved)
    );
    assert_eq!(
        moved.other,
        at("office"),
        "the account that it left, by its name from now on"
    );
    assert_eq!(account(&tenant, "office").await?.account_id, ann.account_id);

    // All that eve had goes to bob: her account is removed, softly, though Remove Accounts is off.
    forest.remove("eve").await?;
    forest.set_addresses("bob", &values("bob", "eve")).await?;
    let run = tenant.sync().await?;
    assert_eq!(
        run.counts.context("counts")?.accounts_reduced,
        1,
        "eve's: bob still has ann@, stale"
    );
    assert_eq!(tenant.removed_accounts().await?[0].account_id, eve.account_id);

    // The guard counts such a removal.
    tenant.put_removal(forest.settings(), limited(0)).await?;
    forest.set_addresses("bob", &values("bob", "office")).await?;
    forest.remove("ann").await?;
    assert_eq!(tenant.held_sync().await?.held_reason(), HeldReason::RemovalLimit);
    Ok(())
}

#[tokio::test]
async fn rule_8_only_new_users_get_hsr_and_a_welcome_and_they_lose_hsr_when_they_are_no_longer_users()
-> Result<()> {
    let (tenant, forest) = Office::new("rule8")
        .objects(|tenant| -> Vec<Object> {
            vec![
                tenant.person("ann"),
                tenant.person("hand"),
                group("team").primary(&tenant.address("team")),
            ]
        })
        .saved()
        .await?;
    let settings = Settings {
        new_users: Some(NewUsers {
            send_hsr: true,
            send_welcome: true,
            limit_accounts: None,
        }),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    tenant
        .put_account(manual_account(&tenant.address("hand"), &[]))
        .await?;
    let run = tenant.sync().await?;
    assert_eq!(
        run.counts.context("counts")?.welcomes,
        1,
        "ann's: an adopted account is not new"
    );
    for (local, expected) in [("ann", true), ("hand", false), ("team", false)] {
        assert_eq!(account(&tenant, local).await?.hsr_enabled, expected, "{local}");
    }
    forest.set("ann", "msExchRecipientTypeDetails", &["4"]).await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&tenant, &run, &tenant.address("ann")).await?,
        (Verdict::Update, Reason::TypeChanged)
    );
    let ann = account(&tenant, "ann").await?;
    assert_eq!(
        (ann.r#type(), ann.hsr_enabled),
        (ObjectType::SharedMailbox, false)
    );
    Ok(())
}

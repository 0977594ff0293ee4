//! Several aliases with one username portion.

use anyhow::Result;
use rollcall_e2e::Office;
use rollcall_proto::v1::{AddressType, Reason, SameUsername, Selection, Settings, Verdict};

use super::{decided, rows};
use crate::office::account;

#[tokio::test]
async fn rule_5_of_aliases_with_one_username_portion_one_is_kept_or_each_if_the_settings_say_so() -> Result<()>
{
    let (tenant, forest) = Office::new("rule5")
        .subdomains(["second"])
        .alias_domains(["alias"])
        .saved()
        .await?;
    let at = |local: &str, domain: &str| format!("{local}@{domain}.{}", tenant.domain);
    let ann = tenant
        .person("ann")
        .alias(&at("ann", "second"))
        .alias(&at("ann", "alias"))
        .alias(&tenant.address("office"))
        .alias(&at("office", "second"));
    forest.add(&ann).await?;
    forest.add(&tenant.person("bob")).await?;
    forest
        .add(&tenant.person("eve").alias(&tenant.address("bob")))
        .await?;
    let run = tenant.sync().await?;
    for (address, expected) in [
        (at("ann", "second"), (Verdict::Skip, Reason::DuplicateUsername)),
        (at("ann", "alias"), (Verdict::Add, Reason::NewAccount)),
        (tenant.address("office"), (Verdict::Add, Reason::NewAccount)),
        (at("office", "second"), (Verdict::Skip, Reason::DuplicateUsername)),
    ] {
        assert_eq!(decided(&tenant, &run, &address).await?, expected, "{address}");
    }
    let bob = rows(&tenant, &run, &tenant.address("bob")).await?;
    assert!(
        bob.iter().any(|row| row.reason() == Reason::ClaimedByOtherObject),
        "{bob:?}"
    );
    let twin = &account(&tenant, "ann").await?.addresses[1..];
    assert!(
        twin.iter()
            .any(|address| address.address_type() == AddressType::DomainAlias)
    );

    let each = Settings {
        selection: Some(Selection {
            same_username: SameUsername::Import.into(),
            ..Selection::default()
        }),
        ..tenant.settings(forest.settings())
    };
    tenant.put(each).await?;
    tenant.sync().await?;
    assert_eq!(account(&tenant, "ann").await?.addresses.len(), 5);
    Ok(())
}

//! From what the directory claims to the accounts of the portal, rule by rule.

use anyhow::{Context, Result};
use rollcall_e2e::{
    Forest, Object, Tenant, group, person,
    tenant::{in_short, portal::typed},
};
use rollcall_proto::v1::{
    Account, AddressType, Directory, HeldReason, Import, NewUsers, ObjectType, Origin, Reason, Removal, Row,
    Run, SameUsername, Settings, Verdict,
};

use crate::office::{account, office};

/// A tenant with `domains` below its own, whose unit in Active Directory is empty. `=` makes an alias of its own.
async fn with_domains(word: &str, domains: &[&str]) -> Result<(Tenant, Forest)> {
    let (tenant, forest) = Forest::active_directory(word).await?;
    let named: Vec<_> = domains
        .iter()
        .map(|name| {
            let alias_of = if name.starts_with('=') {
                tenant.domain.as_str()
            } else {
                ""
            };
            (
                format!("{}.{}", name.trim_start_matches('='), tenant.domain),
                alias_of,
            )
        })
        .collect();
    let own = (tenant.domain.as_str(), "");
    let all: Vec<_> = named
        .iter()
        .map(|(name, alias_of)| (name.as_str(), *alias_of))
        .chain([own])
        .collect();
    tenant.put_domains(&all).await?;
    tenant.put_directory(forest.settings()).await?;
    Ok((tenant, forest))
}

async fn rows(tenant: &Tenant, run: &Run, address: &str) -> Result<Vec<Row>> {
    let rows = tenant.rows(&run.run_id).await?;
    Ok(rows.into_iter().filter(|row| row.address == address).collect())
}

/// What a run decided for the only claim of an address.
async fn decided(tenant: &Tenant, run: &Run, address: &str) -> Result<(Verdict, Reason)> {
    let rows = rows(tenant, run, address).await?;
    assert_eq!(rows.len(), 1, "{address}: {rows:?}");
    Ok((rows[0].verdict(), rows[0].reason()))
}

fn addresses(account: &Account) -> Vec<&str> {
    let addresses = account.addresses.iter();
    addresses.map(|address| address.address.as_str()).collect()
}

#[tokio::test]
async fn rule_1_an_object_claims_an_address_once_and_makes_a_typed_one_of_its_account_its_own() -> Result<()>
{
    let (tenant, forest) = with_domains("rule1", &[]).await?;
    let (ann, desk) = (tenant.address("ann"), tenant.address("desk"));
    forest.add(&person("ann").alias(&ann).mail(&ann)).await?;
    tenant
        .put_directory(Directory {
            attributes: vec!["proxyAddresses".to_owned(), "mail".to_owned()],
            ..forest.settings()
        })
        .await?;
    let run = tenant.sync().await?;
    let claims = rows(&tenant, &run, &ann).await?;
    assert_eq!(claims.len(), 1, "one claim");
    assert_eq!(
        claims[0].directory_type(),
        AddressType::Primary,
        "primary beats alias"
    );

    let account_id = account(&tenant, "ann").await?.account_id;
    let with_desk = Account {
        account_id,
        ..typed(&ann, &[&desk])
    };
    let origins = |account: Account| -> Vec<_> {
        let addresses = account.addresses.into_iter();
        addresses.map(|address| address.origin()).collect()
    };
    let put = tenant.put_account(with_desk).await?;
    assert_eq!(origins(put), [Origin::Synced, Origin::Manual]);
    forest.set_addresses("ann", &[format!("smtp:{desk}")]).await?;
    let run = tenant.sync().await?;
    assert_eq!(
        decided(&tenant, &run, &desk).await?,
        (Verdict::Update, Reason::NowSynced)
    );
    assert_eq!(
        origins(account(&tenant, "ann").await?),
        [Origin::Synced, Origin::Synced]
    );
    Ok(())
}

#[tokio::test]
async fn rule_2_what_is_refused_by_itself_says_why() -> Result<()> {
    let (tenant, forest) = with_domains("rule2", &["unwanted"]).await?;
    let (rival, _) = Forest::active_directory("rival").await?;
    let unwanted = format!("x@unwanted.{}", tenant.domain);
    let foreign = rival.address("x");
    let everything = person("ann")
        .primary(&tenant.address("ann"))
        .alias("no address at all")
        .alias(&unwanted)
        .alias(&foreign)
        .alias("x@nobody-owns-this.example");
    forest.add(&everything).await?;
    forest
        .add(&person("off").primary(&tenant.address("off")).disabled())
        .await?;
    forest
        .add(&group("team").primary(&tenant.address("team")))
        .await?;
    let settings = Settings {
        import: Some(Import {
            object_types: vec![ObjectType::User.into()],
            domains: vec![tenant.domain.clone()],
            exclude_disabled: true,
            ..Import::default()
        }),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    let run = tenant.sync().await?;
    for (address, reason) in [
        ("no address at all", Reason::InvalidAddress),
        (&tenant.address("team"), Reason::TypeExcluded),
        (&tenant.address("off"), Reason::DisabledExcluded),
        (&unwanted, Reason::DomainExcluded),
    ] {
        assert_eq!(
            decided(&tenant, &run, address).await?,
            (Verdict::Skip, reason),
            "{address}"
        );
    }
    tenant.put_directory(forest.settings()).await?;
    let run = tenant.sync().await?;
    let refused = (Verdict::Skip, Reason::DomainNotRegistered);
    assert_eq!(
        decided(&tenant, &run, "x@nobody-owns-this.example").await?,
        refused
    );
    let foreign = &rows(&tenant, &run, &foreign).await?[0];
    assert_eq!(
        (foreign.verdict(), foreign.reason()),
        (Verdict::Skip, Reason::OtherTenant)
    );
    assert!(!foreign.other.contains(&rival.id), "it is not said whose");
    Ok(())
}

#[tokio::test]
async fn rule_3_primaries_go_by_claim_mail_domain_and_holder_and_losers_want_their_next() -> Result<()> {
    let (tenant, forest) = with_domains("rule3", &["=alias"]).await?;
    let at = |local: &str| tenant.address(local);
    let in_alias = format!("c@alias.{}", tenant.domain);
    let objects = [
        (
            "by mail",
            person("m").primary(&at("m1")).primary(&at("m2")).mail(&at("m2")),
        ),
        ("by domain", person("d").primary(&in_alias).primary(&at("d9"))),
        ("by bytes", person("b").primary(&at("b2")).primary(&at("b1"))),
        ("a primary claim", person("p").primary(&at("shared"))),
        ("an alias claim", person("q").alias(&at("shared")).alias(&at("z"))),
        ("in vain", person("v").alias(&at("shared"))),
    ];
    for (_, object) in &objects {
        forest.add(object).await?;
    }
    let run = tenant.sync().await?;
    let expected = ["b1", "d9", "m2", "shared", "z"].map(at);
    assert_eq!(tenant.primaries().await?, expected);
    let shared = rows(&tenant, &run, &at("shared")).await?;
    let lost = shared
        .iter()
        .filter(|row| row.reason() == Reason::ClaimedByOtherObject);
    assert_eq!(lost.count(), 2, "{shared:?}");

    // Who holds an address keeps it against another primary claim of it.
    forest
        .add(&person("rival").primary(&at("b1")).primary(&at("r")))
        .await?;
    tenant.sync().await?;
    let holder = account(&tenant, "b1").await?;
    assert_eq!(addresses(&holder)[0], at("b1"));
    assert_eq!(account(&tenant, "r").await?.primary_address, at("r"));
    Ok(())
}

#[tokio::test]
async fn rule_4_typed_addresses_are_refused_to_others_but_a_wanted_primary_adopts_or_merges() -> Result<()> {
    let (tenant, forest) = with_domains("rule4", &[]).await?;
    let at = |local: &str| tenant.address(local);
    let hand = tenant.put_account(typed(&at("ann"), &[&at("desk")])).await?;
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

    let second = tenant.put_account(typed(&at("bobby"), &[&at("robert")])).await?;
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

    // An object made anew takes over the account of the one that is gone.
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
async fn rule_5_of_aliases_with_one_username_portion_one_is_kept_or_each_if_the_settings_say_so() -> Result<()>
{
    let (tenant, forest) = with_domains("rule5", &["second", "=alias"]).await?;
    let at = |local: &str, domain: &str| format!("{local}@{domain}.{}", tenant.domain);
    let ann = person("ann")
        .primary(&tenant.address("ann"))
        .alias(&at("ann", "second"))
        .alias(&at("ann", "alias"))
        .alias(&tenant.address("office"))
        .alias(&at("office", "second"));
    forest.add(&ann).await?;
    forest.add(&person("bob").primary(&tenant.address("bob"))).await?;
    forest
        .add(
            &person("eve")
                .primary(&tenant.address("eve"))
                .alias(&tenant.address("bob")),
        )
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
        import: Some(Import {
            same_username: SameUsername::Import.into(),
            ..Import::default()
        }),
        ..tenant.settings(forest.settings())
    };
    tenant.put(each).await?;
    tenant.sync().await?;
    assert_eq!(account(&tenant, "ann").await?.addresses.len(), 5);
    Ok(())
}

#[tokio::test]
async fn rule_6_accounts_live_on_whatever_becomes_of_their_addresses() -> Result<()> {
    let (tenant, forest) = with_domains("rule6", &[]).await?;
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
    assert_eq!(moved.other, at("ann"), "the account that it left");
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
async fn rule_7_protected_accounts_are_neither_removed_nor_merged_nor_renamed_nor_stripped() -> Result<()> {
    let (tenant, forest) = with_domains("rule7", &[]).await?;
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
            protected: true,
            ..typed(&at("root"), &[])
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

    // Renamed in the directory, an address claimed by somebody else, and a hand-made one wanted as a primary.
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

#[tokio::test]
async fn rule_8_new_users_alone_get_hsr_and_a_welcome_and_lose_hsr_when_they_are_no_users_any_more()
-> Result<()> {
    let (tenant, forest) = office("rule8", |tenant| -> Vec<Object> {
        vec![
            person("ann").primary(&tenant.address("ann")),
            person("hand").primary(&tenant.address("hand")),
            group("team").primary(&tenant.address("team")),
        ]
    })
    .await?;
    let settings = Settings {
        new_users: Some(NewUsers {
            send_hsr: true,
            send_welcome: true,
        }),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    tenant.put_account(typed(&tenant.address("hand"), &[])).await?;
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

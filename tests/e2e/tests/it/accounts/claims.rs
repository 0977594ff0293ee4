//! From what an object claims to the addresses of its account.

use anyhow::Result;
use rollcall_e2e::{Forest, Office, group, person, tenant::portal::manual_account};
use rollcall_proto::v1::{
    Account, AddressType, Directory, ObjectType, Origin, Reason, Selection, Settings, Verdict,
};

use super::{addresses, decided, rows};
use crate::office::account;

#[tokio::test]
async fn rule_1_an_object_claims_an_address_once_and_makes_a_manual_one_of_its_account_synced() -> Result<()>
{
    let (tenant, forest) = Office::new("rule1").saved().await?;
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
        ..manual_account(&ann, &[&desk])
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
    let (tenant, forest) = Office::new("rule2").subdomains(["unwanted"]).saved().await?;
    let (rival, _) = Forest::active_directory("rival").await?;
    let unwanted = format!("x@unwanted.{}", tenant.domain);
    let foreign = rival.address("x");
    let everything = tenant
        .person("ann")
        .alias("no address at all")
        .alias(&unwanted)
        .alias(&foreign)
        .alias("x@nobody-owns-this.example");
    forest.add(&everything).await?;
    forest.add(&tenant.person("off").disabled()).await?;
    forest
        .add(&group("team").primary(&tenant.address("team")))
        .await?;
    let settings = Settings {
        selection: Some(Selection {
            object_types: vec![ObjectType::User.into()],
            domains: vec![tenant.domain.clone()],
            exclude_disabled: true,
            ..Selection::default()
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
    for address in ["x@nobody-owns-this.example", &foreign] {
        assert_eq!(decided(&tenant, &run, address).await?, refused, "{address}");
    }
    Ok(())
}

#[tokio::test]
async fn rule_3_primaries_go_by_claim_mail_domain_and_holder_and_losers_want_their_next() -> Result<()> {
    let (tenant, forest) = Office::new("rule3").alias_domains(["alias"]).saved().await?;
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

    // The holder of an address keeps it against another primary claim of it.
    forest
        .add(&person("rival").primary(&at("b1")).primary(&at("r")))
        .await?;
    tenant.sync().await?;
    let holder = account(&tenant, "b1").await?;
    assert_eq!(addresses(&holder)[0], at("b1"));
    assert_eq!(account(&tenant, "r").await?.primary_address, at("r"));
    Ok(())
}

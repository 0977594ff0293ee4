//! Effects of a sync on the portal, as the real directory changes.

use anyhow::{Context, Result};
use rollcall_e2e::{Office, person, tenant::in_short};
use rollcall_proto::v1::{AddressType, Origin, Verdict};

#[tokio::test]
async fn a_preview_shows_exactly_what_the_sync_then_does() -> Result<()> {
    let (tenant, forest) = Office::new("preview").saved().await?;
    forest
        .add(&tenant.person("ann").alias(&tenant.address("a.berg")))
        .await?;
    forest
        .add(&tenant.person("bob").alias(&tenant.address("ann")))
        .await?;
    forest
        .add(
            &person("eve")
                .primary("eve@nobody-owns-this.example")
                .value("SIP:eve@corp.example"),
        )
        .await?;
    forest.add(&person("odd").value("smtp:not an address")).await?;

    let preview = tenant.preview().await?;
    assert!(tenant.accounts().await?.is_empty(), "a preview changes nothing");

    let sync = tenant.sync().await?;
    let promised = in_short(&tenant.rows(&preview.run_id).await?);
    assert_eq!(promised, in_short(&tenant.rows(&sync.run_id).await?));
    assert_eq!(preview.counts, sync.counts);
    let (ann, bob) = (tenant.address("ann"), tenant.address("bob"));
    assert_eq!(
        promised,
        [
            (tenant.address("a.berg"), Verdict::Add, "NEW_ACCOUNT".to_owned()),
            (ann.clone(), Verdict::Skip, "CLAIMED_BY_OTHER_OBJECT".to_owned()),
            (ann.clone(), Verdict::Add, "NEW_ACCOUNT".to_owned()),
            (bob.clone(), Verdict::Add, "NEW_ACCOUNT".to_owned()),
            (
                "eve@nobody-owns-this.example".to_owned(),
                Verdict::Skip,
                "DOMAIN_NOT_REGISTERED".to_owned()
            ),
            (
                "not an address".to_owned(),
                Verdict::Skip,
                "INVALID_ADDRESS".to_owned()
            ),
        ]
    );
    let primaries: Vec<_> = tenant
        .accounts()
        .await?
        .into_iter()
        .map(|account| account.primary_address)
        .collect();
    assert_eq!(primaries, [ann, bob]);
    Ok(())
}

#[tokio::test]
async fn a_second_sync_changes_nothing_and_says_so() -> Result<()> {
    let (tenant, forest) = Office::new("again").saved().await?;
    forest
        .add(&tenant.person("ann").alias(&tenant.address("office")))
        .await?;

    let first = tenant.sync().await?;
    let before = tenant.accounts().await?;
    let second = tenant.sync().await?;

    assert!(!first.unchanged);
    assert!(second.unchanged, "{second:?}");
    assert_eq!(tenant.accounts().await?, before);
    let counts = second.counts.context("counts")?;
    assert_eq!(
        (counts.keep, counts.add, counts.update, counts.stale, counts.skip),
        (2, 0, 0, 0, 0)
    );
    let rows = tenant.rows(&second.run_id).await?;
    assert!(
        rows.len() == 2 && rows.iter().all(|row| row.verdict() == Verdict::Keep),
        "{rows:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_person_added_to_the_directory_gets_an_account_and_no_other_account_changes() -> Result<()> {
    let (tenant, forest) = Office::new("added").saved().await?;
    forest.add(&tenant.person("ann")).await?;
    tenant.sync().await?;
    let ann = tenant.account_of(&tenant.address("ann")).await?;

    forest.add(&tenant.person("bob")).await?;
    let run = tenant.sync().await?;

    assert_eq!(
        in_short(&tenant.rows(&run.run_id).await?),
        [
            (tenant.address("ann"), Verdict::Keep, "UNSPECIFIED".to_owned()),
            (tenant.address("bob"), Verdict::Add, "NEW_ACCOUNT".to_owned()),
        ]
    );
    assert_eq!(tenant.account_of(&tenant.address("ann")).await?, ann);
    Ok(())
}

#[tokio::test]
async fn a_person_who_marries_keeps_the_account_under_the_new_primary_address() -> Result<()> {
    let (tenant, forest) = Office::new("renamed").saved().await?;
    forest
        .add(&person("ann").primary(&tenant.address("ann.berg")))
        .await?;
    tenant.sync().await?;
    let before = tenant
        .account_of(&tenant.address("ann.berg"))
        .await?
        .context("ann's account")?;

    let married = [
        format!("SMTP:{}", tenant.address("ann.holm")),
        format!("smtp:{}", tenant.address("ann.berg")),
    ];
    forest.set_addresses("ann", &married).await?;
    forest.rename("ann", "ann holm").await?;
    tenant.sync().await?;

    let after = tenant
        .account_of(&tenant.address("ann.holm"))
        .await?
        .context("ann's account")?;
    assert_eq!(after.account_id, before.account_id);
    assert_eq!(after.primary_address, tenant.address("ann.holm"));
    let types: Vec<_> = after
        .addresses
        .iter()
        .map(|a| (a.address.clone(), a.address_type()))
        .collect();
    assert_eq!(
        types,
        [
            (tenant.address("ann.holm"), AddressType::Primary),
            (tenant.address("ann.berg"), AddressType::Alias)
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_person_moved_to_another_ou_under_the_base_keeps_account_and_addresses() -> Result<()> {
    let (tenant, forest) = Office::new("moved").saved().await?;
    forest.add(&tenant.person("ann")).await?;
    tenant.sync().await?;
    let before = tenant.accounts().await?;

    forest.add_unit("Leadership").await?;
    forest.move_to("ann", "Leadership").await?;
    let run = tenant.sync().await?;

    assert_eq!(tenant.accounts().await?, before);
    let rows = tenant.rows(&run.run_id).await?;
    assert!(rows.iter().all(|row| row.verdict() == Verdict::Keep), "{rows:?}");
    assert!(
        rows.iter().all(|row| row.object_dn.contains("Leadership")),
        "rows show its present place: {rows:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_person_removed_from_the_directory_stays_in_the_portal_marked_stale() -> Result<()> {
    let (tenant, forest) = Office::new("stale").saved().await?;
    forest.add(&tenant.person("ann")).await?;
    forest.add(&tenant.person("bob")).await?;
    tenant.sync().await?;

    forest.remove("bob").await?;
    let run = tenant.sync().await?;

    assert_eq!(
        in_short(&tenant.rows(&run.run_id).await?),
        [
            (tenant.address("ann"), Verdict::Keep, "UNSPECIFIED".to_owned()),
            (tenant.address("bob"), Verdict::Stale, "ABSENT".to_owned()),
        ]
    );
    let bob = tenant
        .account_of(&tenant.address("bob"))
        .await?
        .context("bob stays")?;
    assert!(
        bob.stale_since.is_some() && bob.addresses.iter().all(|a| a.stale_since.is_some()),
        "{bob:?}"
    );

    let again = tenant.sync().await?;
    assert!(again.unchanged);
    let still = tenant
        .account_of(&tenant.address("bob"))
        .await?
        .context("bob stays")?;
    assert_eq!(still.stale_since, bob.stale_since, "stale since the day it went");
    Ok(())
}

#[tokio::test]
async fn a_person_created_again_with_the_same_primary_takes_the_old_account_over() -> Result<()> {
    let (tenant, forest) = Office::new("rebound").saved().await?;
    forest.add(&tenant.person("ann")).await?;
    tenant.sync().await?;
    let before = tenant
        .account_of(&tenant.address("ann"))
        .await?
        .context("ann's account")?;

    forest.remove("ann").await?;
    forest.add(&tenant.person("ann")).await?;
    let run = tenant.sync().await?;

    assert_eq!(
        in_short(&tenant.rows(&run.run_id).await?),
        [(tenant.address("ann"), Verdict::Update, "REBOUND".to_owned())]
    );
    let after = tenant
        .account_of(&tenant.address("ann"))
        .await?
        .context("ann's account")?;
    assert_eq!(after.account_id, before.account_id);
    Ok(())
}

#[tokio::test]
async fn swapped_addresses_swap_accounts_in_one_run() -> Result<()> {
    let (tenant, forest) = Office::new("swapped").saved().await?;
    forest
        .add(&tenant.person("ann").alias(&tenant.address("desk")))
        .await?;
    forest.add(&tenant.person("bob")).await?;
    tenant.sync().await?;

    forest
        .set_addresses("ann", &[format!("SMTP:{}", tenant.address("ann"))])
        .await?;
    let given = [
        format!("SMTP:{}", tenant.address("bob")),
        format!("smtp:{}", tenant.address("desk")),
    ];
    forest.set_addresses("bob", &given).await?;
    let run = tenant.sync().await?;

    let rows = tenant.rows(&run.run_id).await?;
    let desk = rows
        .iter()
        .find(|row| row.address == tenant.address("desk"))
        .context("desk")?;
    assert_eq!(
        (desk.verdict(), desk.primary_address.clone()),
        (Verdict::Update, tenant.address("bob")),
        "{desk:?}"
    );
    assert_eq!(
        desk.other,
        tenant.address("ann"),
        "the row names the account left"
    );
    let bob = tenant
        .account_of(&tenant.address("desk"))
        .await?
        .context("bob's account")?;
    assert_eq!(bob.primary_address, tenant.address("bob"));
    Ok(())
}

#[tokio::test]
async fn an_alias_in_a_domain_alias_comes_in_as_a_domain_alias_of_its_twin() -> Result<()> {
    let (tenant, forest) = Office::new("twin").saved().await?;
    let alias_domain = format!("mail.{}", tenant.domain);
    tenant
        .put_domains(&[(&tenant.domain, ""), (&alias_domain, &tenant.domain)])
        .await?;
    let twin = format!("ann@{alias_domain}");
    forest.add(&tenant.person("ann").alias(&twin)).await?;

    tenant.sync().await?;

    let ann = tenant.account_of(&twin).await?.context("ann's account")?;
    let types: Vec<_> = ann
        .addresses
        .iter()
        .map(|a| (a.address.clone(), a.address_type(), a.origin()))
        .collect();
    assert_eq!(
        types,
        [
            (tenant.address("ann"), AddressType::Primary, Origin::Synced),
            (twin, AddressType::DomainAlias, Origin::Synced)
        ]
    );
    assert_eq!(ann.last_name, tenant.domain);
    Ok(())
}

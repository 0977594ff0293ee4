//! Objects of many kinds, and objects that want the same address.

use anyhow::{Context, Result};
use rollcall_proto::v1::{SameUsername, Selection, Verdict};

use super::first_sync;
use crate::field::{Field, STAFF, addressed, person};

/// An entry of [`STAFF`] that is no person.
fn entry(name: &str, classes: &[&str], lines: &[&str]) -> String {
    let classes: Vec<_> = classes
        .iter()
        .map(|class| format!("objectClass: {class}"))
        .collect();
    format!(
        "dn: CN={name},OU=Staff,DC=corp,DC=example\n{}\nobjectClass: mailRecipient\ncn: {name}\n{}\n\n",
        classes.join("\n"),
        lines.join("\n")
    )
}

#[tokio::test]
async fn addresses_in_domains_that_are_not_registered_are_skipped() -> Result<()> {
    let people = [
        addressed(
            "Max Noll",
            &[
                "SMTP:max.noll@corp.example",
                "smtp:mnoll@corp.example",
                "smtp:max.noll@corp.onmicrosoft.example",
                "smtp:max.noll@corp.mail.onmicrosoft.example",
            ],
        ),
        addressed(
            "Guest Oak",
            &[
                "SMTP:oak@guest.example",
                "smtp:oak_guest.example#EXT#@corp.onmicrosoft.example",
            ],
        ),
    ];
    let (field, first) = first_sync("routing", &people).await?;
    assert_eq!(
        first.lines(),
        [
            "max.noll@corp.example ADD NEW_ACCOUNT",
            "max.noll@corp.mail.onmicrosoft.example SKIP DOMAIN_NOT_REGISTERED",
            "max.noll@corp.onmicrosoft.example SKIP DOMAIN_NOT_REGISTERED",
            "mnoll@corp.example ADD NEW_ACCOUNT",
            "oak@guest.example SKIP DOMAIN_NOT_REGISTERED",
            "oak_guest.example#ext#@corp.onmicrosoft.example SKIP DOMAIN_NOT_REGISTERED",
        ]
    );
    assert_eq!(
        field.accounts().await?,
        ["USER HSR max.noll@corp.example PRIMARY, mnoll@corp.example ALIAS"]
    );
    Ok(())
}

#[tokio::test]
async fn every_user_twice_in_a_domain_and_its_alias_is_one_account() -> Result<()> {
    let people = [addressed(
        "Tess Poole",
        &[
            "SMTP:tess.poole@corp.example",
            "smtp:tess.poole@corp-alias.example",
        ],
    )];
    let (field, first) = first_sync("alias-domain", &people).await?;
    assert_eq!(
        first.lines(),
        [
            "tess.poole@corp-alias.example ADD NEW_ACCOUNT",
            "tess.poole@corp.example ADD NEW_ACCOUNT"
        ]
    );
    assert_eq!(
        field.accounts().await?,
        ["USER HSR tess.poole@corp.example PRIMARY, tess.poole@corp-alias.example DOMAIN_ALIAS"]
    );
    Ok(())
}

#[tokio::test]
async fn without_exchange_the_object_class_says_what_an_object_is() -> Result<()> {
    let objects = [
        addressed("Una Rey", &["SMTP:una@corp.example"]),
        entry(
            "Con Tact",
            &["contact"],
            &["sn: Tact", "proxyAddresses: SMTP:con@corp.example"],
        ),
        entry(
            "Team",
            &["groupOfNames"],
            &[
                "member: DC=corp,DC=example",
                "proxyAddresses: SMTP:team@corp.example",
            ],
        ),
    ];
    let (field, first) = first_sync("classes", &objects).await?;
    assert_eq!(
        field.accounts().await?,
        [
            "CONTACT con@corp.example PRIMARY",
            "GROUP team@corp.example PRIMARY",
            "USER HSR una@corp.example PRIMARY"
        ]
    );
    assert_eq!(first.run.counts.context("counts")?.welcomes, 1);
    Ok(())
}

#[tokio::test]
async fn a_public_folder_and_a_list_get_neither_hsr_nor_a_welcome() -> Result<()> {
    let objects = [
        entry(
            "Notices",
            &["publicFolder"],
            &["proxyAddresses: SMTP:notices@corp.example"],
        ),
        entry(
            "Everybody",
            &["groupOfNames"],
            &[
                "member: DC=corp,DC=example",
                "proxyAddresses: SMTP:everybody@corp.example",
                "msExchRecipientTypeDetails: 1024",
            ],
        ),
    ];
    let (field, first) = first_sync("folder", &objects).await?;
    assert_eq!(
        field.accounts().await?,
        [
            "GROUP everybody@corp.example PRIMARY",
            "PUBLIC_FOLDER notices@corp.example PRIMARY"
        ]
    );
    assert_eq!(first.run.counts.context("counts")?.welcomes, 0);
    Ok(())
}

#[tokio::test]
async fn a_user_who_is_hidden_from_address_lists_is_imported() -> Result<()> {
    let people = [person(
        "Zoe Unger",
        &[
            "objectClass: fieldExtra",
            "proxyAddresses: SMTP:zoe.unger@corp.example",
            "msExchHideFromAddressLists: TRUE",
        ],
    )];
    let (_, first) = first_sync("hidden-from-lists", &people).await?;
    assert_eq!(first.lines(), ["zoe.unger@corp.example ADD NEW_ACCOUNT"]);
    Ok(())
}

#[tokio::test]
async fn of_two_accounts_of_a_person_with_the_same_address_the_lower_id_has_it() -> Result<()> {
    let people = STAFF.to_owned()
        + &person(
            "Will Abel",
            &[
                "mail: will.abel@corp.example",
                "proxyAddresses: SMTP:will.abel@corp.example",
                "msExchRecipientTypeDetails: 1",
            ],
        )
        + &person("adm Will Abel", &["mail: will.abel@corp.example"]);
    let (field, _) = Field::in_openldap("two-accounts", &people).await?;
    let attributes = ["proxyAddresses", "mail"].map(str::to_owned).to_vec();
    field
        .save(|settings| {
            if let Some(directory) = &mut settings.directory {
                directory.attributes = attributes;
            }
        })
        .await?;
    let first = field.sync().await?;
    assert_eq!(
        first.lines(),
        [
            "will.abel@corp.example ADD NEW_ACCOUNT",
            "will.abel@corp.example SKIP CLAIMED_BY_OTHER_OBJECT"
        ]
    );
    let of = |verdict: Verdict| first.rows.iter().find(|row| row.verdict() == verdict);
    let winner = of(Verdict::Add).context("a winner")?;
    let loser = of(Verdict::Skip).context("a loser")?;
    assert!(winner.object_id < loser.object_id);
    assert_eq!(loser.other, winner.object_dn, "the winner is named");
    assert!(field.sync().await?.run.unchanged, "settled");
    Ok(())
}

#[tokio::test]
async fn two_addresses_with_one_username_are_one_unless_both_are_wanted() -> Result<()> {
    let mailbox = STAFF.to_owned()
        + &person(
            "Service",
            &[
                "proxyAddresses: SMTP:service@corp.example",
                "proxyAddresses: smtp:service@brand.example",
                "msExchRecipientTypeDetails: 4",
                "userAccountControl: 514",
            ],
        );
    let (field, _) = Field::in_openldap("two-brands", &mailbox).await?;
    let preview = field.preview().await?;
    assert_eq!(
        preview.lines(),
        [
            "service@brand.example SKIP DUPLICATE_USERNAME",
            "service@corp.example ADD NEW_ACCOUNT"
        ]
    );
    assert_eq!(
        preview.row("service@brand.example")?.other,
        "service@corp.example"
    );
    assert_eq!(preview.skipped(), ["1 DUPLICATE_USERNAME"]);
    field
        .save(|settings| {
            settings.selection = Some(Selection {
                same_username: SameUsername::Import.into(),
                ..Selection::default()
            });
        })
        .await?;
    field.sync().await?;
    assert_eq!(
        field.accounts().await?,
        ["SHARED_MAILBOX service@corp.example PRIMARY, service@brand.example ALIAS"]
    );
    Ok(())
}

//! Accounts that live on through what happens to their objects.

use anyhow::{Context, Result};
use rollcall_e2e::office::REMOVING;
use rollcall_proto::v1::{Reason, RunState, Verdict};

use super::first_sync;
use crate::field::{Field, STAFF, addressed, person};

#[tokio::test]
async fn an_address_in_another_case_is_the_same_address() -> Result<()> {
    let people = STAFF.to_owned()
        + &person(
            "Ada Birch",
            &[
                "mail: ada.birch@corp.example",
                "proxyAddresses: SMTP:Ada.Birch@Corp.Example",
            ],
        );
    let (field, forest) = Field::in_openldap("case", &people).await?;
    let attributes = ["proxyAddresses", "mail"].map(str::to_owned).to_vec();
    field
        .save(|settings| {
            if let Some(directory) = &mut settings.directory {
                directory.attributes = attributes;
            }
        })
        .await?;
    let first = field.sync().await?;
    assert_eq!(first.lines(), ["ada.birch@corp.example ADD NEW_ACCOUNT"]);
    forest
        .set_addresses("Ada Birch", &[field.named("SMTP:ADA.birch@corp.example")])
        .await?;
    let second = field.sync().await?;
    assert_eq!(second.lines(), ["ada.birch@corp.example KEEP"]);
    assert_eq!(second.run.counts.context("counts")?.accounts, 1);
    Ok(())
}

#[tokio::test]
async fn a_primary_and_an_alias_that_change_places_rename_the_account_and_remove_nothing() -> Result<()> {
    let people = STAFF.to_owned()
        + &addressed(
            "Bell Cray",
            &["SMTP:bell.maiden@corp.example", "smtp:bell.cray@corp.example"],
        );
    let (field, forest) = Field::in_openldap("marriage", &people).await?;
    field.sync().await?;
    let values = ["SMTP:bell.cray@corp.example", "smtp:bell.maiden@corp.example"];
    forest
        .set_addresses("Bell Cray", &values.map(|value| field.named(value)))
        .await?;
    let renamed = field.sync().await?;
    let row = renamed.row("bell.cray@corp.example")?;
    assert_eq!((row.verdict(), row.reason()), (Verdict::Update, Reason::Renamed));
    assert_eq!(
        renamed.row("bell.maiden@corp.example")?.verdict(),
        Verdict::Update
    );
    let counts = renamed.run.counts.context("counts")?;
    assert_eq!(
        (
            counts.remove,
            counts.accounts_reduced,
            counts.welcomes,
            counts.accounts
        ),
        (0, 0, 0, 1)
    );
    assert_eq!(
        field.accounts().await?,
        ["USER HSR bell.cray@corp.example PRIMARY, bell.maiden@corp.example ALIAS"]
    );
    Ok(())
}

#[tokio::test]
async fn mail_names_the_primary_where_no_value_is_marked_as_one() -> Result<()> {
    let people = [person(
        "Cleo Dunn",
        &[
            "mail: cleo.dunn@corp.example",
            "proxyAddresses: smtp:a.cleo@corp.example",
            "proxyAddresses: smtp:cleo.dunn@corp.example",
        ],
    )];
    let (field, first) = first_sync("no-primary", &people).await?;
    assert_eq!(first.lines().len(), 2);
    assert_eq!(
        field.accounts().await?,
        ["USER HSR cleo.dunn@corp.example PRIMARY, a.cleo@corp.example ALIAS"]
    );
    Ok(())
}

#[tokio::test]
async fn an_object_that_is_moved_and_renamed_within_the_base_keeps_its_account() -> Result<()> {
    let people = STAFF.to_owned()
        + "dn: OU=Berlin,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Berlin\n\n"
        + &addressed("Dora Elm", &["SMTP:dora.elm@corp.example"]);
    let (field, forest) = Field::in_openldap("moved", &people).await?;
    field.sync().await?;
    let before = field.tenant.accounts().await?;
    forest.move_to("Dora Elm", "Berlin").await?;
    forest.rename("Dora Elm", "Dora Fall").await?;
    let moved = field.sync().await?;
    assert_eq!(moved.lines(), ["dora.elm@corp.example KEEP"]);
    let dn = &moved.row("dora.elm@corp.example")?.object_dn;
    assert!(dn.starts_with("cn=Dora Fall,ou=Berlin,"), "{dn}");
    assert_eq!(field.tenant.accounts().await?, before);
    Ok(())
}

#[tokio::test]
async fn a_person_who_leaves_the_base_is_stale_and_comes_back_without_a_welcome() -> Result<()> {
    let people = STAFF.to_owned()
        + "dn: OU=Left,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Left\n\n"
        + &addressed("Eve Fox", &["SMTP:eve.fox@corp.example"])
        + &addressed("Fay Gale", &["SMTP:fay.gale@corp.example"]);
    let (field, forest) = Field::in_openldap("out-of-base", &people).await?;
    let base = field.named("OU=Staff,DC=corp,DC=example");
    let save = async |removing: bool| {
        field
            .save(|settings| {
                settings.removal = removing.then_some(REMOVING);
                if let Some(directory) = &mut settings.directory {
                    directory.search_bases = vec![base.clone()];
                }
            })
            .await
    };
    save(false).await?;
    field.sync().await?;
    forest.move_to("Eve Fox", "Left").await?;
    let stays = "fay.gale@corp.example KEEP";
    assert_eq!(
        field.sync().await?.lines(),
        ["eve.fox@corp.example STALE ABSENT", stays]
    );
    forest.move_to("Eve Fox", "Staff").await?;
    assert_eq!(
        field.sync().await?.lines(),
        ["eve.fox@corp.example UPDATE STALE_NO_MORE", stays]
    );

    save(true).await?;
    forest.move_to("Eve Fox", "Left").await?;
    let preview = field.preview().await?;
    assert_eq!(preview.lines(), ["eve.fox@corp.example REMOVE ABSENT", stays]);
    let removed = field.sync().await?;
    assert_eq!(removed.run.state(), RunState::Succeeded, "{:?}", removed.run);
    assert_eq!(removed.lines(), preview.lines());
    forest.move_to("Eve Fox", "Staff").await?;
    let restored = field.sync().await?;
    assert_eq!(restored.lines(), ["eve.fox@corp.example ADD RESTORED", stays]);
    assert_eq!(restored.run.counts.context("counts")?.welcomes, 0);
    Ok(())
}

#[tokio::test]
async fn people_whose_addresses_are_hidden_are_removed_and_restored_without_a_welcome() -> Result<()> {
    let crowd: Vec<_> = (1..=30)
        .map(|n| {
            addressed(
                &format!("Crew {n:02}"),
                &[&format!("SMTP:crew{n:02}@corp.example")],
            )
        })
        .collect();
    let (field, forest) = Field::in_openldap("hidden", &(STAFF.to_owned() + &crowd.concat())).await?;
    field.save(|settings| settings.removal = Some(REMOVING)).await?;
    field.sync().await?;
    let hidden = ["Crew 01", "Crew 02", "Crew 03"];
    for name in hidden {
        forest.hide(name, &["proxyAddresses"]).await?;
    }
    let preview = field.preview().await?;
    assert!(!preview.run.would_hold, "{:?}", preview.run);
    let removed = field.sync().await?;
    let lines = removed.lines();
    assert_eq!(
        lines[..3],
        [1, 2, 3].map(|n| format!("crew{n:02}@corp.example REMOVE ABSENT"))
    );
    assert_eq!(removed.run.counts.context("counts")?.accounts, 27);
    for name in hidden {
        forest.hide(name, &[]).await?;
    }
    let restored = field.sync().await?;
    assert_eq!(
        restored.lines()[..3],
        [1, 2, 3].map(|n| format!("crew{n:02}@corp.example ADD RESTORED"))
    );
    let counts = restored.run.counts.context("counts")?;
    assert_eq!((counts.accounts, counts.welcomes), (30, 0));
    Ok(())
}

#[tokio::test]
async fn a_deleted_object_of_active_directory_is_absent_even_if_the_whole_domain_is_read() -> Result<()> {
    let user = |name: &str, address: &str| {
        format!(
            "dn: CN={name},DC=corp,DC=example\nobjectClass: user\ncn: {name}\nproxyAddresses: \
             SMTP:{address}@corp.example\n\n"
        )
    };
    let people = user("Quint Rook", "quint.rook") + &user("Quade Rook", "quade.rook");
    let (field, forest) = Field::in_active_directory("deleted", &people).await?;
    field
        .save(|settings| {
            if let Some(directory) = &mut settings.directory {
                directory.search_bases = vec!["DC=corp,DC=example".to_owned()];
                "(cn=Qu*Rook*)".clone_into(&mut directory.filter);
            }
        })
        .await?;
    field.sync().await?;
    forest.remove("Quint Rook").await?;
    assert_eq!(
        field.sync().await?.lines(),
        [
            "quade.rook@corp.example KEEP",
            "quint.rook@corp.example STALE ABSENT"
        ]
    );
    Ok(())
}

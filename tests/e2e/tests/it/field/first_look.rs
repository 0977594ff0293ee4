//! What one sees first of a preview or a run: what is left out and why, and what to check if nothing was found.

use anyhow::{Context, Result};
use rollcall_proto::v1::{Directory, RunState, TestStepKind, TestStepState};

use super::{Field, STAFF, addressed, person};

fn staff() -> String {
    STAFF.to_owned()
        + &addressed(
            "Ann Ash",
            &[
                "SMTP:ann.ash@corp.example",
                "smtp:ann.ash@brand.example",
                "smtp:ann.ash@corp.onmicrosoft.example",
                "smtp:ann ash@corp.example",
            ],
        )
        + &addressed(
            "Ben Bay",
            &[
                "SMTP:ben.bay@corp.example",
                "smtp:ben.bay@corp.onmicrosoft.example",
            ],
        )
}

#[tokio::test]
async fn a_preview_counts_what_is_skipped_by_reason_and_the_most_frequent_comes_first() -> Result<()> {
    let (field, _) = Field::in_openldap("left-out", &staff()).await?;
    let preview = field.preview().await?;
    assert_eq!(
        preview.skipped(),
        [
            "2 DOMAIN_NOT_REGISTERED",
            "1 INVALID_ADDRESS",
            "1 DUPLICATE_USERNAME"
        ]
    );
    let counts = preview.run.counts.context("counts")?;
    assert_eq!((counts.skip, counts.welcomes), (4, 2));
    assert!(preview.run.empty_message.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_sync_that_finds_nothing_changed_still_says_what_is_skipped() -> Result<()> {
    let (field, _) = Field::in_openldap("left-out-still", &staff()).await?;
    let first = field.sync().await?;
    let second = field.sync().await?;
    assert!(second.run.unchanged, "{:?}", second.run);
    assert_eq!(second.skipped(), first.skipped());
    assert_eq!(second.skipped().len(), 3);
    Ok(())
}

#[tokio::test]
async fn a_preview_that_finds_nobody_says_so_and_what_to_check() -> Result<()> {
    let (field, _) = Field::in_openldap("nobody", &staff()).await?;
    field
        .save(|settings| {
            settings.directory = Some(Directory {
                filter: "(cn=nobody)".to_owned(),
                ..field.directory.clone()
            });
        })
        .await?;
    let preview = field.preview().await?;
    assert_eq!(preview.run.state(), RunState::Succeeded);
    let said = &preview.run.empty_message;
    assert!(
        said.contains("Nothing was found") && said.contains("filter"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn objects_without_any_e_mail_address_are_said_to_have_none() -> Result<()> {
    let people = STAFF.to_owned() + &person("Cid Cole", &["proxyAddresses: SIP:cid.cole@corp.example"]);
    let (field, _) = Field::in_openldap("sip-only", &people).await?;
    let preview = field.preview().await?;
    let counts = preview.run.counts.context("counts")?;
    assert_eq!((counts.objects, counts.claims, counts.not_email), (1, 0, 1));
    let said = &preview.run.empty_message;
    assert!(said.contains("No address was found"), "{said}");
    let steps = field.tenant.test_connection(None).await?;
    let examples = steps.iter().find(|step| step.kind() == TestStepKind::Examples);
    let examples = examples.context("a step of examples")?;
    assert_eq!(examples.state(), TestStepState::Warning, "{examples:?}");
    assert!(
        examples.message.contains("e-mail address in proxyAddresses"),
        "{examples:?}"
    );
    Ok(())
}

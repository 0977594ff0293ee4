//! More new accounts than anybody meant: a filter that was lost, a unit that was moved, a hint that nobody shows.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use rollcall_e2e::Forest;
use rollcall_proto::v1::{Counts, HeldReason, NewUsers, Removal, Run, RunState};

use super::Field;

const STAFF: &str = "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n";

/// People of these numbers, with this description.
fn people(numbers: std::ops::Range<u32>, description: &str) -> Result<String> {
    let mut ldif = String::new();
    for number in numbers {
        write!(
            ldif,
            "dn: CN=user{number},OU=Staff,DC=corp,DC=example\nobjectClass: inetOrgPerson\n\
             objectClass: mailRecipient\ncn: user{number}\nsn: {number}\ndescription: {description}\n\
             proxyAddresses: SMTP:user{number}@corp.example\n\n"
        )?;
    }
    Ok(ldif)
}

/// A tenant with three accounts, of users 0 to 2, that may create so many more in a run.
async fn with_three(word: &str, limit: i32) -> Result<(Field, Forest)> {
    let (field, forest) = Field::in_openldap(word, &(STAFF.to_owned() + &people(0..3, "staff")?)).await?;
    field
        .save(|settings| {
            settings.new_users = Some(NewUsers {
                send_welcome: true,
                limit_accounts: Some(limit),
                ..NewUsers::default()
            });
        })
        .await?;
    let first = sync(&field).await?;
    assert_eq!(first.state(), RunState::Succeeded, "the first run has no limit");
    Ok((field, forest))
}

/// A sync to its end, whatever that is.
async fn sync(field: &Field) -> Result<Run> {
    let run_id = field.tenant.start_sync().await?;
    field.tenant.ended(&run_id).await
}

fn counts(run: &Run) -> Counts {
    run.counts.unwrap_or_default()
}

async fn live(field: &Field) -> Result<usize> {
    Ok(field.tenant.accounts().await?.len())
}

#[tokio::test]
async fn three_thousand_new_accounts_in_one_tick_wait_for_an_approval() -> Result<()> {
    let ldif = STAFF.to_owned() + &people(0..10, "pilot")? + &people(10..3_010, "staff")?;
    let (field, _forest) = Field::in_openldap("lost-filter", &ldif).await?;
    field
        .save(|settings| {
            if let Some(directory) = &mut settings.directory {
                directory.filter = "(description=pilot)".to_owned();
            }
        })
        .await?;
    assert_eq!(counts(&sync(&field).await?).accounts_created, 10);
    field.save(|_| ()).await?;

    let preview = field.tenant.preview().await?;
    assert!(preview.would_hold);
    assert_eq!(preview.held_reason(), HeldReason::TooManyNew);
    let shown = counts(&preview);
    assert_eq!((shown.accounts_created, shown.welcomes), (3_000, 3_000));

    let held = sync(&field).await?;
    assert_eq!(
        (held.state(), held.held_reason()),
        (RunState::Held, HeldReason::TooManyNew)
    );
    assert!(
        held.held_message.contains("create 3000 accounts") && held.held_message.contains("50 accounts"),
        "{}",
        held.held_message
    );
    assert_eq!(
        live(&field).await?,
        10,
        "nothing is created before somebody approves it"
    );

    let approved = field.tenant.approve(&held.run_id).await?;
    assert_eq!(counts(&approved).accounts_created, 3_000);
    assert_eq!(live(&field).await?, 3_010);
    Ok(())
}

#[tokio::test]
async fn an_approval_creates_what_was_shown_and_others_only_within_the_limit() -> Result<()> {
    let (field, forest) = with_three("shown-new", 2).await?;
    field.load(&forest, &people(10..13, "staff")?).await?;
    let held = sync(&field).await?;
    assert_eq!(held.held_reason(), HeldReason::TooManyNew);
    field.load(&forest, &people(20..22, "staff")?).await?;
    let approved = field.tenant.approve(&held.run_id).await?;
    assert_eq!(
        counts(&approved).accounts_created,
        5,
        "two others are within the limit"
    );

    field.load(&forest, &people(30..33, "staff")?).await?;
    let held = sync(&field).await?;
    field.load(&forest, &people(40..43, "staff")?).await?;
    let approval = field.tenant.start_approval(&held.run_id).await?;
    let again = field.tenant.ended(&approval).await?;
    assert_eq!(
        (again.state(), again.held_reason()),
        (RunState::Held, HeldReason::TooManyNew)
    );
    assert!(
        again.held_message.contains("create 3 accounts"),
        "only the three that were not shown count: {}",
        again.held_message
    );
    assert_eq!(live(&field).await?, 8);
    Ok(())
}

#[tokio::test]
async fn a_limit_of_zero_asks_for_every_new_account_but_not_for_those_that_come_back() -> Result<()> {
    let (field, forest) = with_three("ask-always", 0).await?;
    field.load(&forest, &people(10..11, "staff")?).await?;
    assert_eq!(sync(&field).await?.held_reason(), HeldReason::TooManyNew);
    forest.remove("user10").await?;

    let accounts = field.tenant.accounts().await?;
    let account = accounts.first().context("there are accounts")?;
    field.tenant.remove_account(&account.account_id).await?;
    let restored = sync(&field).await?;
    assert_eq!(restored.state(), RunState::Succeeded);
    assert_eq!(counts(&restored).accounts_created, 0);
    assert_eq!(live(&field).await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_run_that_removes_and_creates_too_much_is_held_for_both_and_approved_for_both() -> Result<()> {
    let (field, forest) = with_three("both", 0).await?;
    field
        .save(|settings| {
            settings.removal = Some(Removal {
                remove_accounts: true,
                limit_accounts: Some(0),
                ..Removal::default()
            });
            settings.new_users = Some(NewUsers {
                limit_accounts: Some(0),
                ..NewUsers::default()
            });
        })
        .await?;
    field.tenant.preview().await?;
    sync(&field).await?;
    forest.remove("user1").await?;
    field.load(&forest, &people(10..11, "staff")?).await?;
    let held = sync(&field).await?;
    assert_eq!(held.held_reason(), HeldReason::RemovalLimit);
    let further: Vec<_> = held.further_held_reasons().collect();
    assert_eq!(further, [HeldReason::TooManyNew]);
    let approved = field.tenant.approve(&held.run_id).await?;
    assert_eq!(
        (counts(&approved).remove, counts(&approved).accounts_created),
        (1, 1)
    );
    assert_eq!(
        field.accounts().await?,
        [0, 10, 2].map(|number| format!("USER user{number}@corp.example PRIMARY"))
    );
    Ok(())
}

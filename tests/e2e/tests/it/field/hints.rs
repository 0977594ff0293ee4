//! Hints that nobody shows: attributes that a directory hides, or has under another name.

use anyhow::{Result, ensure};
use rollcall_e2e::office::REMOVING;
use rollcall_proto::v1::{HeldReason, RunState, Selection, Settings, TestStepKind, TestStepState};

use super::Field;

const STAFF: &str = "dn: OU=Staff,DC=corp,DC=example\nobjectClass: organizationalUnit\nou: Staff\n\n";

/// A person of OpenLDAP in the unit Staff, with an address and these further lines of LDIF.
fn person(name: &str, lines: &str) -> String {
    format!(
        "dn: CN={name},OU=Staff,DC=corp,DC=example\nobjectClass: inetOrgPerson\nobjectClass: mailRecipient\n\
         objectClass: fieldExtra\ncn: {name}\nsn: {name}\nproxyAddresses: SMTP:{name}@corp.example\n{lines}\n\n"
    )
}

fn excluding_disabled(settings: &mut Settings) {
    settings.selection = Some(Selection {
        exclude_disabled: true,
        ..Selection::default()
    });
}

fn by_mail(settings: &mut Settings) {
    excluding_disabled(settings);
    if let Some(directory) = &mut settings.directory {
        directory.attributes = vec!["mail".to_owned()];
    }
}

const HIDDEN_FLAGS: &[&str] = &["userAccountControl"];

#[tokio::test]
async fn leavers_stay_out_when_the_flags_of_accounts_are_hidden() -> Result<()> {
    let ldif = STAFF.to_owned()
        + &person("max", "userAccountControl: 514")
        + &person("nia", "userAccountControl: 512");
    let (field, forest) = Field::in_openldap("hidden-flags", &ldif).await?;
    field.save(excluding_disabled).await?;
    let first = field.sync().await?;
    assert_eq!(
        first.lines(),
        [
            "max@corp.example SKIP DISABLED_EXCLUDED",
            "nia@corp.example ADD NEW_ACCOUNT"
        ]
    );
    let accounts = field.accounts().await?;
    for name in ["max", "nia"] {
        forest.hide(name, HIDDEN_FLAGS).await?;
    }
    for ended in [field.preview().await?, field.sync().await?] {
        assert_eq!(ended.run.state(), RunState::Failed);
        assert_eq!(ended.failure(), "CANNOT_TELL_DISABLED");
    }
    field.save(|_| ()).await?;
    let preview = field.preview().await?;
    assert!(preview.run.would_hold, "{:?}", preview.run);
    assert_eq!(preview.run.held_reason(), HeldReason::HintsVanished);
    let held = field.sync().await?;
    assert_eq!(
        (held.run.state(), held.run.held_reason()),
        (RunState::Held, HeldReason::HintsVanished)
    );
    ensure!(
        held.run.held_message.contains("userAccountControl"),
        "{}",
        held.run.held_message
    );
    assert_eq!(field.accounts().await?, accounts, "nothing was changed");
    for name in ["max", "nia"] {
        forest.hide(name, &[]).await?;
    }
    assert_eq!(field.sync().await?.run.state(), RunState::Succeeded);
    Ok(())
}

#[tokio::test]
async fn shared_mailboxes_are_not_removed_when_the_kinds_of_recipients_are_hidden() -> Result<()> {
    let ldif = STAFF.to_owned()
        + &person("desk", "userAccountControl: 514\nmsExchRecipientTypeDetails: 4")
        + &person("room", "userAccountControl: 514\nmsExchRecipientTypeDetails: 16")
        + &person("ann", "userAccountControl: 512")
        + &person("bob", "userAccountControl: 512")
        + &person("cay", "userAccountControl: 512");
    let (field, forest) = Field::in_openldap("hidden-kinds", &ldif).await?;
    let removing = |settings: &mut Settings| {
        excluding_disabled(settings);
        settings.removal = Some(REMOVING);
    };
    field.save(removing).await?;
    field.sync().await?;
    let accounts = field.accounts().await?;
    assert_eq!(accounts.len(), 5);
    for name in ["desk", "room"] {
        forest.hide(name, &["msExchRecipientTypeDetails"]).await?;
    }
    let held = field.sync().await?;
    assert_eq!(
        (held.run.state(), held.run.held_reason()),
        (RunState::Held, HeldReason::HintsVanished)
    );
    ensure!(held.run.held_message.contains("msExchRecipientTypeDetails"));
    assert_eq!(field.accounts().await?, accounts);
    Ok(())
}

#[tokio::test]
async fn an_account_is_disabled_by_the_attribute_that_its_server_has_for_it() -> Result<()> {
    let mail = |name: &str| format!("mail: {name}@corp.example\n");
    let ldif = STAFF.to_owned()
        + &person("ole", &(mail("ole") + "nsAccountLock: TRUE"))
        + &person("pia", &(mail("pia") + "msDS-UserAccountDisabled: TRUE"))
        + &person("quin", &(mail("quin") + "loginDisabled: TRUE"))
        + &person("rex", &(mail("rex") + "loginDisabled: FALSE"))
        + &person("sue", &mail("sue"));
    let (field, _) = Field::in_openldap("elsewhere", &ldif).await?;
    field.save(by_mail).await?;
    assert_eq!(
        field.sync().await?.lines(),
        [
            "ole@corp.example SKIP DISABLED_EXCLUDED",
            "pia@corp.example SKIP DISABLED_EXCLUDED",
            "quin@corp.example SKIP DISABLED_EXCLUDED",
            "rex@corp.example ADD NEW_ACCOUNT",
            "sue@corp.example ADD NEW_ACCOUNT",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn where_no_user_shows_whether_it_is_disabled_excluding_them_fails_and_the_test_warns() -> Result<()> {
    let ldif = STAFF.to_owned() + &person("tia", "mail: tia@corp.example");
    let (field, _) = Field::in_openldap("no-state", &ldif).await?;
    field.save(by_mail).await?;
    for ended in [field.preview().await?, field.sync().await?] {
        assert_eq!(ended.failure(), "CANNOT_TELL_DISABLED");
    }
    assert!(field.accounts().await?.is_empty());
    let steps = field.tenant.test_connection(None).await?;
    let examples = steps.iter().find(|step| step.kind() == TestStepKind::Examples);
    ensure!(
        examples.is_some_and(|step| step.state() == TestStepState::Warning),
        "{steps:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_approval_lets_the_directory_be_without_the_hints_that_the_run_named() -> Result<()> {
    let ldif = STAFF.to_owned()
        + &person("desk", "userAccountControl: 514\nmsExchRecipientTypeDetails: 4")
        + &person("ann", "");
    let (field, forest) = Field::in_openldap("approved-hints", &ldif).await?;
    field.sync().await?;
    forest.set("desk", "msExchRecipientTypeDetails", &[]).await?;
    let held = field.sync().await?;
    assert_eq!(held.run.held_reason(), HeldReason::HintsVanished);
    forest.set("desk", "userAccountControl", &[]).await?;
    let approval = field.tenant.start_approval(&held.run.run_id).await?;
    let approval = field.ended(&approval).await?;
    assert_eq!(
        (approval.run.state(), approval.run.held_reason()),
        (RunState::Held, HeldReason::HintsVanished),
        "a further hint vanished that the run did not name"
    );
    ensure!(
        approval.run.held_message.contains("userAccountControl")
            && !approval.run.held_message.contains("msExchRecipientTypeDetails"),
        "{}",
        approval.run.held_message
    );
    forest.set("desk", "userAccountControl", &["514"]).await?;
    let held = field.sync().await?;
    field.tenant.approve(&held.run.run_id).await?;
    assert_eq!(
        field.accounts().await?,
        [
            "USER HSR ann@corp.example PRIMARY",
            "USER desk@corp.example PRIMARY"
        ]
    );
    assert_eq!(
        field.sync().await?.run.state(),
        RunState::Succeeded,
        "what was approved is what the next read is compared with"
    );
    Ok(())
}

#[tokio::test]
async fn a_hint_does_not_vanish_with_the_last_object_that_had_it() -> Result<()> {
    let ldif = STAFF.to_owned()
        + &person("desk", "msExchRecipientTypeDetails: 4")
        + &person("ann", "")
        + &person("bob", "");
    let (field, forest) = Field::in_openldap("last-one", &ldif).await?;
    field.sync().await?;
    forest.remove("desk").await?;
    let sync = field.sync().await?;
    assert_eq!(sync.run.state(), RunState::Succeeded, "{:?}", sync.run);
    Ok(())
}

//! Binds that a server refuses: the result code decides, and what Active Directory says beside it.

use anyhow::Result;
use rollcall_proto::v1::{PausedReason, RunState, Schedule, Settings};
use rollcall_testbed::scripted::{self, Answer, Request, Scripted};

use super::{BASE, Field, served_by, tree};

/// The words of Active Directory for a sub-code.
fn said(sub_code: &str) -> String {
    format!("80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {sub_code}, v3839")
}

/// A tenant whose first host refuses every bind with this sub-code, and whose second one takes it.
async fn two_hosts(
    word: &str,
    sub_code: &str,
) -> Result<(
    Field,
    rollcall_testbed::tree::TreeServer,
    rollcall_testbed::tree::TreeServer,
)> {
    let mut field = Field::new(word).await?;
    let people: [(&str, &[&str]); 1] = [("ann", &["SMTP:ann@corp.example"])];
    let branch = tree(&field, &people)
        .refusing(49, &said(sub_code))
        .start()
        .await?;
    let main = tree(&field, &people).start_beside(&branch).await?;
    field.directory = served_by(&branch);
    field.directory.hosts.push(main.address().ip().to_string());
    field.save(|_| ()).await?;
    Ok((field, branch, main))
}

/// Gives settings a schedule, which can be paused.
fn daily(settings: &mut Settings) {
    settings.schedule = Some(Schedule {
        every_hours: 24,
        time_zone: String::new(),
    });
}

#[tokio::test]
async fn a_controller_that_cannot_judge_the_password_is_passed_over() -> Result<()> {
    for sub_code in ["51f", "568", "569"] {
        let (field, branch, _main) = two_hosts("nologon", sub_code).await?;
        let run = field.sync().await?;
        assert_eq!(run.lines(), ["ann@corp.example ADD NEW_ACCOUNT"], "{sub_code}");
        assert_eq!(branch.binds(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn binds_that_no_controller_can_judge_are_tried_once_more_and_never_pause_the_schedule() -> Result<()> {
    let (mut field, branch, _main) = two_hosts("nojudge", "51f").await?;
    field.directory.hosts.truncate(1);
    field.save(daily).await?;
    for run in 1..=3 {
        let failed = field.sync().await?;
        assert_eq!(failed.run.state(), RunState::Failed);
        assert_eq!((failed.failure(), failed.run.attempt), ("UNAVAILABLE", 2));
        assert_eq!(branch.binds(), 2 * run);
    }
    let settings = field.tenant.saved().await?;
    assert_eq!(
        settings.paused_reason(),
        PausedReason::Unspecified,
        "{settings:?}"
    );
    Ok(())
}

#[tokio::test]
async fn an_account_that_may_not_log_on_is_told_so_and_pauses_the_schedule() -> Result<()> {
    // Insufficient rights to log on, as of Google's directory; an inactive account of 389 Directory Server; an account
    // that Active Directory restricts, such as one of the Protected Users.
    for (result, text) in [
        (50, "Not authorized to bind".to_owned()),
        (
            53,
            "Account inactivated. Contact system administrator.".to_owned(),
        ),
        (49, said("52f")),
    ] {
        let field = Field::new("maynot").await?;
        let server = tree(&field, &[("ann", &["SMTP:ann@corp.example"])])
            .refusing(result, &text)
            .start()
            .await?;
        let field = Field {
            directory: served_by(&server),
            ..field
        };
        field.save(daily).await?;
        for run in 1..=3 {
            let failed = field.sync().await?;
            assert_eq!(
                (failed.failure(), failed.run.attempt),
                ("LOGON_NOT_PERMITTED", 1),
                "{text}"
            );
            assert_eq!(server.binds(), run, "{text}");
        }
        let settings = field.tenant.saved().await?;
        assert_eq!(
            settings.paused_reason(),
            PausedReason::CredentialsRefused,
            "{text}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_taken_to_no_other_host() -> Result<()> {
    let (field, branch, main) = two_hosts("wrongword", "52e").await?;
    let failed = field.sync().await?;
    assert_eq!((failed.failure(), failed.run.attempt), ("WRONG_CREDENTIALS", 1));
    assert_eq!((branch.binds(), main.binds()), (1, 0));
    Ok(())
}

/// A tenant of a server that answers every bind, and every search of its base, with these results and words.
async fn answered(
    word: &str,
    bind: (u8, &'static [u8]),
    search: (u8, &'static [u8]),
) -> Result<(Field, Scripted)> {
    let directory = Scripted::start(move |request| match request {
        Request::Bind => vec![Answer::result(bind.0, bind.1)],
        Request::Search(wanted) if wanted.only_base => scripted::good(wanted, BASE, &[], 10),
        Request::Search(_) => vec![Answer::result(search.0, search.1)],
    })
    .await?;
    Ok((Field::new(word).await?.reading(&directory).await?, directory))
}

#[tokio::test]
async fn a_refusal_in_the_code_page_of_any_country_is_judged_by_its_codes() -> Result<()> {
    // In Windows-1251, Shift JIS and UTF-16, with and without a sub-code of Active Directory.
    let refusals: [(&[u8], &str); 3] = [
        (
            b"\xd3\xf7\xb8\xf2\xed\xe0\xff \xe7\xe0\xef\xe8\xf1\xfc, data 775, v4563",
            "ACCOUNT_LOCKED",
        ),
        (
            b"\x83p\x83X\x83\x8f\x81[\x83h, data 532, v4563",
            "PASSWORD_EXPIRED",
        ),
        (b"\xff\xfen\0e\0i\0n\0", "WRONG_CREDENTIALS"),
    ];
    for (said, code) in refusals {
        let (field, directory) = answered("codepage", (49, said), (0, b"")).await?;
        let failed = field.sync().await?;
        assert_eq!((failed.failure(), failed.run.attempt), (code, 1), "{said:?}");
        assert_eq!(directory.binds(), 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_busy_server_that_speaks_of_a_wrong_password_is_busy() -> Result<()> {
    let said = b"80090308: AcceptSecurityContext error, data 52e: invalid credentials";
    let (field, directory) = answered("busy", (51, said), (0, b"")).await?;
    field.save(daily).await?;
    for run in 1..=3 {
        let failed = field.sync().await?;
        assert_eq!((failed.failure(), failed.run.attempt), ("BUSY", 2));
        assert_eq!(directory.binds(), 2 * run);
    }
    let settings = field.tenant.saved().await?;
    assert_eq!(settings.paused_reason(), PausedReason::Unspecified);
    Ok(())
}

#[tokio::test]
async fn a_refused_search_in_latin_1_fails_at_once_and_shows_the_words() -> Result<()> {
    let (field, directory) = answered("norights", (0, b""), (50, b"Zugriff f\xfcr Sie verweigert")).await?;
    let failed = field.sync().await?;
    assert_eq!((failed.failure(), failed.run.attempt), ("INSUFFICIENT_RIGHTS", 1));
    assert_eq!(directory.binds(), 1);
    let detail = failed.run.failure.unwrap_or_default().detail;
    assert!(detail.contains(r"Zugriff f\xFCr Sie verweigert"), "{detail}");
    Ok(())
}

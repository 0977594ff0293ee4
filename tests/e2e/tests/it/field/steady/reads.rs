//! Servers that end a read too early, or say what is no text.

use anyhow::{Context, Result};
use rollcall_proto::v1::{Run, RunState};
use rollcall_testbed::{
    directory::ldif::Entry,
    scripted::{self, Answer, Request, Scripted, Search},
};

use crate::field::{BASE, Field};

/// So many people of the tenant.
fn people(field: &Field, count: usize) -> Result<Vec<Entry>> {
    let ldif: String = (0..count)
        .map(|n| {
            format!(
                "dn: CN=p{n},DC=corp,DC=example\nobjectClass: user\nproxyAddresses: \
                 SMTP:p{n}@corp.example\n\n"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    field.entries(&ldif)
}

/// A server of nine people in pages of three, whose answer for the second page is another.
async fn nine(
    word: &str,
    second: impl Fn(&Search) -> Vec<Answer> + Send + 'static,
) -> Result<(Field, Scripted)> {
    let field = Field::new(word).await?;
    let entries = people(&field, 9)?;
    let directory = Scripted::start(move |request| match request {
        Request::Bind => vec![Answer::result(0, "")],
        Request::Search(search) if !search.only_base && scripted::page_number(search) == 1 => second(search),
        Request::Search(search) => scripted::good(search, BASE, &entries, 3),
    })
    .await?;
    Ok((field.reading(&directory).await?, directory))
}

fn code(run: &Run) -> &str {
    run.failure.as_ref().map_or("", |failure| &failure.code)
}

#[tokio::test]
async fn a_page_that_comes_again_fails_the_run_after_one_more_attempt() -> Result<()> {
    let (field, directory) = nine("cookie-again", |_| vec![Answer::page("1")]).await?;
    let failed = field.sync().await?;
    assert_eq!(failed.run.state(), RunState::Failed);
    assert_eq!(code(&failed.run), "INCOMPLETE_READ");
    assert_eq!(
        directory.binds(),
        2,
        "somebody waits, so there is a second attempt"
    );
    assert!(field.accounts().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_empty_page_with_a_cookie_is_no_end() -> Result<()> {
    let field = Field::new("empty-page").await?;
    let entries = people(&field, 9)?;
    let directory = Scripted::start(move |request| match request {
        Request::Bind => vec![Answer::result(0, "")],
        // The first page leads to an empty one, which leads to the second.
        Request::Search(search) if search.cookie.as_deref() == Some(b"1") => vec![Answer::page("01")],
        Request::Search(search) => scripted::good(search, BASE, &entries, 3),
    })
    .await?;
    let field = field.reading(&directory).await?;
    let read = field.sync().await?;
    assert_eq!(read.run.state(), RunState::Succeeded, "{:?}", read.run);
    assert_eq!(read.run.counts.context("counts")?.objects, 9);
    Ok(())
}

#[tokio::test]
async fn a_cookie_that_the_server_has_lost_fails_the_run() -> Result<()> {
    let (field, _directory) = nine("cookie-lost", |_| {
        vec![Answer::result(53, "the cookie is unknown")]
    })
    .await?;
    let failed = field.sync().await?;
    assert_eq!(failed.run.state(), RunState::Failed);
    assert_eq!(code(&failed.run), "DIRECTORY_ERROR");
    assert!(field.accounts().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_search_that_runs_into_the_servers_time_limit_fails_after_one_more_attempt_with_what_to_change()
-> Result<()> {
    let (field, directory) = nine("time-limit", |_| vec![Answer::result(3, "")]).await?;
    let failed = field.sync().await?;
    assert_eq!(failed.run.state(), RunState::Failed);
    assert_eq!(code(&failed.run), "TIME_LIMIT");
    assert_eq!((failed.run.attempt, directory.binds()), (2, 2));
    let failure = failed.run.failure.context("a failure")?;
    assert!(failure.advice.contains("filter"), "{failure:?}");
    assert!(field.accounts().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_server_that_stops_at_its_size_limit_changes_no_account() -> Result<()> {
    let field = Field::new("size-limit").await?;
    let entries = people(&field, 40)?;
    let mut reads = 0;
    let directory = Scripted::start(move |request| match request {
        Request::Bind => vec![Answer::result(0, "")],
        Request::Search(search) if !search.only_base => {
            reads += 1;
            let seen = if reads == 1 { 40 } else { 20 };
            let mut answers: Vec<_> = entries[..seen].iter().cloned().map(Answer::Entry).collect();
            answers.push(Answer::result(if reads == 1 { 0 } else { 4 }, ""));
            answers
        }
        Request::Search(search) => scripted::good(search, BASE, &[], 1),
    })
    .await?;
    let field = field.reading(&directory).await?;
    field.sync().await?;
    let before = field.tenant.accounts().await?;
    assert_eq!(before.len(), 40);
    let failed = field.sync().await?;
    assert_eq!(failed.run.state(), RunState::Failed);
    assert_eq!(code(&failed.run), "SIZE_LIMIT");
    assert_eq!(directory.binds(), 3, "one for the first run, two for the second");
    assert_eq!(field.tenant.accounts().await?, before);
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_no_text_are_shown_and_the_reference_is_counted() -> Result<()> {
    let field = Field::new("bytes").await?;
    // "smtp:b\xFCrger@corp.example" in Latin-1.
    let entries = field.entries(
        "dn: CN=Burt,DC=corp,DC=example\nobjectClass: user\nproxyAddresses: SMTP:burt@corp.example\n\
         proxyAddresses:: c210cDpi/HJnZXJAY29ycC5leGFtcGxl\n",
    )?;
    let directory = Scripted::start(move |request| match request {
        Request::Bind => vec![Answer::result(0, "")],
        Request::Search(search) => {
            let mut answers = scripted::good(search, BASE, &entries, 10);
            if !search.only_base {
                answers.insert(
                    0,
                    Answer::Reference(b"ldap://b\xFCro.example/DC=b\xFCro".to_vec()),
                );
            }
            answers
        }
    })
    .await?;
    let field = field.reading(&directory).await?;
    let read = field.sync().await?;
    assert_eq!(
        read.lines(),
        [
            "b\\xFCrger@corp.example SKIP INVALID_ADDRESS",
            "burt@corp.example ADD NEW_ACCOUNT"
        ]
    );
    assert_eq!(read.run.counts.context("counts")?.references, 1);
    let left_out = read.run.left_out.context("what is left out")?;
    assert_eq!(left_out.references, [r"ldap://b\xFCro.example/DC=b\xFCro"]);
    Ok(())
}

#[tokio::test]
async fn a_server_that_demands_encryption_is_asked_once() -> Result<()> {
    let directory = Scripted::start(|request| match request {
        Request::Bind => vec![Answer::result(
            8,
            "00002028: LdapErr: DSID-0C090202, comment: The server requires binds to turn on integrity checking if \
             SSL\\TLS are not already active on the connection, data 0, v1db1",
        )],
        Request::Search(search) => scripted::good(search, BASE, &[], 10),
    })
    .await?;
    let field = Field::new("signing").await?.reading(&directory).await?;
    let failed = field.sync().await?;
    assert_eq!(failed.run.state(), RunState::Failed);
    assert_eq!(code(&failed.run), "STRONGER_AUTH_REQUIRED");
    let failure = failed.run.failure.context("a failure")?;
    assert!(failure.advice.contains("LDAPS"), "{failure:?}");
    assert_eq!(directory.binds(), 1);
    Ok(())
}

/// The attributes that a read may ask for: addresses, hints, and what tells one object from another.
const NEEDED: [&str; 11] = [
    "proxyaddresses",
    "mail",
    "objectclass",
    "useraccountcontrol",
    "nsaccountlock",
    "msds-useraccountdisabled",
    "logindisabled",
    "msexchrecipienttypedetails",
    "msexchremoterecipienttype",
    "objectguid",
    "entryuuid",
];

#[tokio::test]
async fn a_sync_and_a_connection_test_ask_for_nothing_but_addresses_and_hints() -> Result<()> {
    let field = Field::new("least").await?;
    let entries = people(&field, 2)?;
    let directory = Scripted::start(move |request| match request {
        Request::Bind => vec![Answer::result(0, "")],
        Request::Search(search) => scripted::good(search, BASE, &entries, 10),
    })
    .await?;
    let field = field.reading(&directory).await?;
    field.sync().await?;
    let after_sync = directory.requests().len();
    field.tenant.test_connection(Some(field.settings())).await?;
    assert!(directory.requests().len() > after_sync, "the test searches too");
    for request in directory.requests() {
        let Request::Search(search) = request else {
            continue;
        };
        // The root DSE is about the server, not about anybody.
        let is_root_dse = search.only_base && search.base.is_empty();
        for attribute in search.attributes.iter().filter(|_| !is_root_dse) {
            let name = attribute.to_ascii_lowercase();
            assert!(name == "1.1" || NEEDED.contains(&name.as_str()), "{search:?}");
        }
        assert!(
            is_root_dse || !search.attributes.is_empty(),
            "no list asks for all: {search:?}"
        );
    }
    Ok(())
}

//! A tenant's own directory, which says what it likes: addresses of other tenants, and texts that are meant for a terminal,
//! a log or a spreadsheet.

use std::fs;

use anyhow::{Context, Result, ensure};
use rollcall_e2e::{Office, Tenant, tenant::portal::manual_account};
use rollcall_proto::v1::{Account, Directory, Reason, Row, RunState, Security, Verdict};
use rollcall_testbed::{
    Bed,
    directory::ldif::Entry,
    scripted::{self, Answer, Request, Scripted},
};

use crate::command::terminal;

const BASE: &str = "DC=corp,DC=example";

/// An entry of a person with these values of `proxyAddresses`.
fn person(name: &str, values: &[String]) -> Entry {
    let mut attributes = vec![("objectClass".to_owned(), b"user".to_vec())];
    attributes.extend(
        values
            .iter()
            .map(|value| ("proxyAddresses".to_owned(), value.clone().into_bytes())),
    );
    Entry {
        dn: format!("CN={name},{BASE}"),
        attributes,
    }
}

/// Settings that read a directory of the test's own.
fn reading(server: &Scripted) -> Directory {
    Directory {
        hosts: vec![server.address().ip().to_string()],
        port: server.address().port().into(),
        security: Security::Plaintext.into(),
        bind_username: "CN=reader".to_owned(),
        bind_password: Some("secret".to_owned()),
        search_bases: vec![BASE.to_owned()],
        ..Directory::default()
    }
}

/// A directory of these entries that takes any password.
async fn serving(entries: Vec<Entry>) -> Result<Scripted> {
    let play = move |request: &Request| match request {
        Request::Bind => vec![Answer::result(0, "")],
        Request::Search(search) => scripted::good(search, BASE, &entries, 100),
    };
    Ok(Scripted::start(play).await?)
}

/// Accounts in short: each with its addresses.
fn in_short(accounts: &[Account]) -> Vec<Vec<String>> {
    let addresses = |account: &Account| account.addresses.iter().map(|a| a.address.clone()).collect();
    accounts.iter().map(addresses).collect()
}

/// The reason of each row that has this text in its address.
fn reasons(rows: &[Row], part: &str) -> Vec<(Verdict, Reason)> {
    let rows = rows.iter().filter(|row| row.address.contains(part));
    rows.map(|row| (row.verdict(), row.reason())).collect()
}

#[tokio::test]
async fn no_spelling_of_another_tenants_domain_gives_an_address_in_it() -> Result<()> {
    let bed = Bed::attach()?;
    let victim = Tenant::registered(bed.endpoints()?, "victim").await?;
    let primary = victim.address("boss");
    victim.put_account(manual_account(&primary, &[])).await?;
    let before = victim.accounts().await?;

    let thief = Tenant::registered(bed.endpoints()?, "thief").await?;
    let (theirs, mine) = (victim.domain.clone(), thief.domain.clone());
    let nobodys = format!("{}.example", uuid::Uuid::new_v4().simple());
    let values = [
        format!("SMTP:boss@{theirs}"),
        format!("smtp:boss@{}", theirs.to_uppercase()),
        format!("smtp:boss@{theirs}."),
        format!("smtp:boss@sub.{theirs}"),
        format!("smtp:boss@{theirs}@{mine}"),
        format!("smtp:boss@{mine}@{theirs}"),
        format!("smtp:\"boss@{theirs}\"@{mine}"),
        format!("smtp:<boss@{theirs}>"),
        format!("smtp:boss@{theirs}, eve@{mine}"),
        format!("smtp:boss@{theirs}\0@{mine}"),
        format!("smtp:boss@{theirs}\n@{mine}"),
        format!("smtp:boss@{mine}\u{200b}.{theirs}"),
        format!("smtp:boss@{}", theirs.replace('.', "\u{3002}")),
        format!("smtp:boss@{}", theirs.replace('e', "\u{ff45}")),
        format!("smtp:somebody@{nobodys}"),
        format!("smtp:eve@{mine}"),
    ];
    let server = serving(vec![person("eve", &values)]).await?;
    thief.put_directory(reading(&server)).await?;
    let run = thief.sync().await?;

    assert_eq!(in_short(&thief.accounts().await?), [[format!("eve@{mine}")]]);
    assert_eq!(victim.accounts().await?, before);
    let rows = thief.rows(&run.run_id).await?;
    for row in &rows {
        let is_own = row.address == format!("eve@{mine}");
        ensure!(is_own || row.verdict() == Verdict::Skip, "{row:?}");
    }
    // What is another's is told like what is nobody's.
    let unregistered = (Verdict::Skip, Reason::DomainNotRegistered);
    assert_eq!(reasons(&rows, &nobodys), [unregistered]);
    ensure!(reasons(&rows, &format!("boss@{theirs}")).contains(&unregistered));
    let explained = thief.explain(&primary).await?;
    ensure!(explained.account.is_none(), "{explained:?}");
    Ok(())
}

/// A text that would set a terminal's title, clear it, and begin a line of its own in a log, with a mark to find it by.
fn poison(mark: &str) -> String {
    format!("\u{1b}]0;{mark}\u{7}\u{1b}[2J\r\n{mark} ERROR all is lost\u{2028}\u{202e}\u{9b}31m")
}

/// A text is harmless if it steers no terminal, and none of its lines begins with the mark. The words of a server may take
/// several lines, which are indented below what they belong to.
fn ensure_harmless(what: &str, text: &str, mark: &str) -> Result<()> {
    let steers = |c: &char| c.is_control() && !['\n', '\r', '\t'].contains(c);
    let unseen = ['\u{2028}', '\u{202e}'];
    for line in text.lines().filter(|line| line.contains(mark)) {
        let bad = line.chars().find(|c| steers(c) || unseen.contains(c));
        ensure!(bad.is_none(), "{what} has {bad:?}: {line:?}");
        ensure!(!line.starts_with(mark), "{what}: {line:?}");
    }
    Ok(())
}

/// What people and logs are shown of a tenant's runs, tests and explanations.
async fn shown(tenant: &Tenant, run_id: &str, address: &str) -> Result<Vec<(String, String)>> {
    let id = tenant.id.as_str();
    let mut shown = Vec::new();
    for args in [
        &["run", id, run_id][..],
        &["run", id, run_id, "--json"],
        &["runs", id],
        &["rows", id],
        &["csv", id],
        &["explain", id, address],
        &["accounts", id],
        &["audit", id],
        &["test", id],
        &["settings", "show", id],
    ] {
        let answer = terminal::answer(args).await?;
        shown.push((format!("{args:?}"), answer.out));
        shown.push((format!("{args:?}, on standard error"), answer.err));
    }
    for entry in fs::read_dir(Bed::attach()?.folder().join("logs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "log") {
            let log = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            shown.push((path.display().to_string(), log));
        }
    }
    Ok(shown)
}

#[tokio::test]
async fn no_text_of_an_entry_steers_a_terminal_or_begins_a_line() -> Result<()> {
    let mark = format!("FORGED-{}", uuid::Uuid::new_v4().simple());
    let tenant = Tenant::registered(Bed::attach()?.endpoints()?, "poison").await?;
    let poison = poison(&mark);
    let good = tenant.address("ann");
    let values = [
        format!("SMTP:{good}"),
        format!("smtp:{poison}@{}", tenant.domain),
        format!("{poison}:bob@{}", tenant.domain),
        format!("smtp:{poison}"),
        format!("smtp:cy@{poison}.example"),
        format!("=cmd|'{mark}'!A1@{}", tenant.domain),
    ];
    let server = serving(vec![person(&poison, &values)]).await?;
    tenant.put_directory(reading(&server)).await?;
    let run = tenant.sync().await?;
    let shown = shown(&tenant, &run.run_id, &good).await?;
    ensure!(
        shown.iter().any(|(_, text)| text.contains(&mark)),
        "the text is shown somewhere: {shown:?}"
    );
    for (what, text) in &shown {
        ensure_harmless(what, text, &mark)?;
    }
    let csv = tenant.csv(&run.run_id).await?;
    ensure_harmless("the export", &csv, &mark)?;
    for cell in csv.lines().flat_map(|line| line.split(',')) {
        let cell = cell.trim_start_matches('"');
        ensure!(!cell.starts_with(['=', '+', '-', '@']), "{cell:?} is a formula");
    }
    Ok(())
}

#[tokio::test]
async fn no_word_of_a_server_that_refuses_steers_a_terminal_or_begins_a_line() -> Result<()> {
    let mark = format!("FORGED-{}", uuid::Uuid::new_v4().simple());
    let (tenant, _forest) = Office::new("refusing").in_openldap().furnished().await?;
    // The words of a refused bind, of a refused search, and the names of what is there.
    for (stage, code) in [
        ("bind", 49),
        ("bind", 53),
        ("search", 50),
        ("search", 32),
        ("search", 10),
    ] {
        let words = poison(&mark);
        let play = move |request: &Request| match (request, stage) {
            (Request::Search(search), "bind") => scripted::good(search, BASE, &[], 100),
            (Request::Search(search), _) if search.only_base && search.base.is_empty() => {
                let context = |n: u8| ("namingContexts".to_owned(), format!("{n}{words}").into_bytes());
                let dse = Entry {
                    dn: String::new(),
                    attributes: vec![context(1), context(2)],
                };
                vec![Answer::Entry(dse), Answer::result(0, "")]
            }
            (Request::Bind, "search") => vec![Answer::result(0, &words)],
            (Request::Bind | Request::Search(_), _) => {
                let url = format!("ldap://{words}/{BASE}").into_bytes();
                let reference = matches!(request, Request::Search(_)).then_some(Answer::Reference(url));
                reference
                    .into_iter()
                    .chain([Answer::result(code, &words)])
                    .collect()
            }
        };
        let server = Scripted::start(play).await?;
        tenant.put_directory(reading(&server)).await?;
        let run_id = tenant.start_sync().await?;
        let run = tenant.ended(&run_id).await?;
        ensure!(run.state() == RunState::Failed, "{stage} {code}: {run:?}");
        run.failure.context("a failure")?;
        let shown = shown(&tenant, &run_id, &tenant.address("ann")).await?;
        ensure!(
            shown.iter().any(|(_, text)| text.contains(&mark)),
            "{stage} {code}: the words are shown somewhere"
        );
        for (what, text) in &shown {
            ensure_harmless(&format!("{what} after {stage} {code}"), text, &mark)?;
        }
    }
    Ok(())
}

//! Several servers of one directory, some of which lag behind.

use anyhow::Result;
use rollcall_proto::v1::{Removal, Run};
use rollcall_testbed::tree::Tree;

use super::{Field, served_by, tree};

const CROWD: [&str; 14] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",
];

/// A controller's view: one person with these values, and a crowd that never changes.
fn controller(field: &Field, name: &str, values: &[&str]) -> Tree {
    let crowd = CROWD.map(|name| format!("SMTP:{name}@corp.example"));
    let mut people = vec![("renamed", values)];
    let crowd: Vec<_> = crowd.iter().map(|value| [value.as_str()]).collect();
    people.extend(
        CROWD
            .iter()
            .zip(&crowd)
            .map(|(name, values)| (*name, values.as_slice())),
    );
    let settings = format!("CN=NTDS Settings,CN={name},CN=Servers,CN=Configuration,DC=corp,DC=example");
    tree(field, &people).root_dse("dsServiceName", settings.as_bytes())
}

fn up_to_date(field: &Field) -> Tree {
    controller(field, "DC1", &["SMTP:new@corp.example", "smtp:old@corp.example"])
}

fn behind(field: &Field) -> Tree {
    controller(field, "DC2", &["SMTP:old@corp.example"])
}

/// Host and address, as a run shows them.
fn shown(directory: &rollcall_proto::v1::Directory, host: usize) -> String {
    let host = &directory.hosts[host];
    format!("{host} ({host}:{})", directory.port)
}

fn served(run: &Run) -> (&str, &str) {
    (&run.server, &run.server_reason)
}

#[tokio::test]
async fn an_absence_seen_by_a_controller_that_lags_waits_until_the_same_one_shows_it_again() -> Result<()> {
    let mut field = Field::new("lagging").await?;
    let server = up_to_date(&field).start().await?;
    field.directory = served_by(&server);
    field.save(|_| ()).await?;
    field.sync().await?;
    field
        .save(|settings| {
            settings.removal = Some(Removal {
                remove_accounts: true,
                ..Removal::default()
            });
        })
        .await?;
    field.preview().await?;
    field.sync().await?;

    server.become_tree(behind(&field));
    let other = field.sync().await?;
    assert_eq!(
        other.row("new@corp.example")?.reason().as_str_name(),
        "REASON_OTHER_SERVER"
    );
    assert_eq!(
        other.run.server_reason,
        "The last sync read CN=NTDS Settings,CN=DC1,CN=Servers,CN=Configuration,DC=corp,DC=example: another server answers \
         at the same address."
    );
    let again = field.sync().await?;
    assert_eq!(again.run.server_reason, "");
    assert_eq!(
        again.row("new@corp.example")?.verdict().as_str_name(),
        "VERDICT_REMOVE"
    );
    Ok(())
}

#[tokio::test]
async fn the_controller_that_was_read_last_is_read_again_though_another_is_named_first() -> Result<()> {
    let mut field = Field::new("inturn").await?;
    let first = behind(&field).refusing(51, "").start().await?;
    let second = up_to_date(&field).start_beside(&first).await?;
    field.directory = served_by(&first);
    field.directory.hosts.push(second.address().ip().to_string());
    field.save(|_| ()).await?;
    let run = field.sync().await?.run;
    assert_eq!(served(&run), (shown(&field.directory, 1).as_str(), ""));
    // The first one answers again, and lags behind.
    first.become_tree(behind(&field));
    let asked = first.binds();
    let run = field.sync().await?.run;
    assert_eq!(served(&run), (shown(&field.directory, 1).as_str(), ""));
    assert_eq!(first.binds(), asked, "nobody is renamed back and forth");
    Ok(())
}

#[tokio::test]
async fn a_run_says_why_it_did_not_read_the_controller_that_was_read_last() -> Result<()> {
    let mut field = Field::new("whyother").await?;
    let first = up_to_date(&field).start().await?;
    let second = up_to_date(&field).start_beside(&first).await?;
    field.directory = served_by(&first);
    field.directory.hosts.push(second.address().ip().to_string());
    field.save(|_| ()).await?;
    field.sync().await?;
    drop(first);
    let preview = field.preview().await?.run;
    assert_eq!(preview.server, shown(&field.directory, 1));
    let host = &field.directory.hosts[0];
    let reason = format!("The last sync read {host} ({host}), which failed this time: cannot connect: ");
    assert!(
        preview.server_reason.starts_with(&reason),
        "{}",
        preview.server_reason
    );
    Ok(())
}

#[tokio::test]
async fn a_controller_that_is_no_longer_a_host_is_named_as_the_last_and_not_dialled() -> Result<()> {
    let mut field = Field::new("nohost").await?;
    let first = up_to_date(&field).start().await?;
    let second = up_to_date(&field).start_beside(&first).await?;
    field.directory = served_by(&first);
    field.save(|_| ()).await?;
    field.sync().await?;
    let (host, binds) = (field.directory.hosts[0].clone(), first.binds());
    field.directory.hosts = vec![second.address().ip().to_string()];
    field.save(|_| ()).await?;
    let run = field.sync().await?.run;
    let reason =
        format!("The last sync read {host} ({host}), which is no longer among the hosts of the settings.");
    assert_eq!(
        served(&run),
        (shown(&field.directory, 0).as_str(), reason.as_str())
    );
    assert_eq!(first.binds(), binds);
    Ok(())
}

#[tokio::test]
async fn a_password_that_the_last_controller_refuses_is_taken_to_no_host_that_is_named_before_it()
-> Result<()> {
    let mut field = Field::new("lastrefuses").await?;
    let first = behind(&field).refusing(52, "").start().await?;
    let second = up_to_date(&field).start_beside(&first).await?;
    field.directory = served_by(&first);
    field.directory.hosts.push(second.address().ip().to_string());
    field.save(|_| ()).await?;
    field.sync().await?;
    first.become_tree(behind(&field));
    second.become_tree(up_to_date(&field).refusing(49, ""));
    let (before, asked) = (first.binds(), second.binds());
    let failed = field.sync().await?;
    assert_eq!((failed.failure(), failed.run.attempt), ("WRONG_CREDENTIALS", 1));
    assert_eq!((first.binds(), second.binds()), (before, asked + 1));
    Ok(())
}

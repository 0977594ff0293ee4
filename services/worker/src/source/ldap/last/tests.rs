use std::sync::Arc;

use rollcall_domain::PermittedAttributes;
use rollcall_proto::{
    internal::v1::{DirectoryServer, ReadSummary},
    v1::Directory,
};
use tokio::sync::mpsc;

use super::*;
use crate::source::bind_gate::BindGate;
use crate::{
    control::Control,
    source::{
        OpenSource as _,
        collect::Collector,
        ldap::{
            ber::{bound, done, entry, page_done},
            script::{Script, Server as Scripted, directory, opened, reader, serve, serve_at},
            target::Target,
        },
    },
};

const FIRST: &str = "127.0.0.1";
const SECOND: &str = "127.0.0.2";

fn empty() -> Script {
    [opened(), vec![page_done(3, b"")]].concat()
}

fn controller(name: &str) -> Script {
    let root = entry(2, "", &[("dsServiceName", &[name.as_bytes()])]);
    vec![
        bound(1, 0, ""),
        [root, done(2, 0, "")].concat(),
        page_done(3, b""),
    ]
}

fn hosts(port: u16, hosts: &[&str]) -> Directory {
    Directory {
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        ..directory(port)
    }
}

fn remembered(host: &str, address: &str, id: &str) -> DirectoryServer {
    DirectoryServer {
        host: host.to_owned(),
        address: address.to_owned(),
        id: id.to_owned(),
    }
}

/// A read after one of `last`.
async fn read_after(last: &DirectoryServer, directory: &Directory) -> ReadSummary {
    let mut target = Target::new(directory, &PermittedAttributes::default()).unwrap();
    target.last = LastServer::new(last, &reader().networks.others.networks);
    let (sender, _batches) = mpsc::channel(1);
    let mut collector = Collector::new(10, sender, Arc::new(Control::default()));
    let opened = reader()
        .open(&Arc::new(target), "secret", &BindGate::Open, Arc::default())
        .await;
    let mut session = opened.unwrap();
    let met = session.read(&mut collector).await.unwrap();
    collector.finish(met).await.unwrap()
}

/// Two servers on the same port, each of which serves one connection.
async fn two() -> (Scripted, Scripted) {
    let first = serve(vec![empty()]).await;
    let second = serve_at(SECOND, first.port, vec![empty()]).await;
    (first, second)
}

#[tokio::test]
async fn the_server_of_the_last_read_is_dialled_before_those_that_are_named_first() {
    let (first, second) = two().await;
    let last = remembered(SECOND, SECOND, &format!("{SECOND}:{}", second.port));
    let summary = read_after(&last, &hosts(first.port, &[FIRST, SECOND])).await;
    assert_eq!(
        (summary.server_host.as_str(), summary.server_address.as_str()),
        (SECOND, SECOND)
    );
    assert_eq!(summary.server_reason, "");
    assert!(!first.task.is_finished(), "the first host was dialled");
}

#[tokio::test]
async fn if_the_last_server_fails_the_next_one_answers_and_says_why() {
    let first = serve(vec![empty()]).await;
    let last = remembered(SECOND, SECOND, "");
    let summary = read_after(&last, &hosts(first.port, &[FIRST, SECOND])).await;
    assert_eq!(summary.server_host, FIRST);
    let beginning =
        format!("The last sync read {SECOND} ({SECOND}), which failed this time: cannot connect:");
    assert!(
        summary.server_reason.starts_with(&beginning),
        "{}",
        summary.server_reason
    );
}

#[tokio::test]
async fn a_server_that_the_settings_no_longer_name_is_not_dialled() {
    let (first, second) = two().await;
    let last = remembered(SECOND, SECOND, "");
    let summary = read_after(&last, &hosts(first.port, &[FIRST])).await;
    assert!(
        summary
            .server_reason
            .ends_with("no longer among the hosts of the settings."),
        "{}",
        summary.server_reason
    );
    // Nor is an address that the host does not have.
    let first = serve_at(FIRST, 0, vec![empty()]).await;
    let elsewhere = remembered(FIRST, SECOND, "");
    let summary = read_after(&elsewhere, &hosts(first.port, &[FIRST])).await;
    assert_eq!(summary.server_address, FIRST);
    assert!(
        summary
            .server_reason
            .ends_with("the host no longer has this address."),
        "{}",
        summary.server_reason
    );
    assert!(!second.task.is_finished(), "it was dialled");
}

#[tokio::test]
async fn another_controller_at_the_same_address_is_told_apart_by_its_name() {
    let names = ["CN=NTDS Settings,CN=DC1", "CN=NTDS Settings,CN=DC2"];
    for (now, reason) in [
        (names[0], String::new()),
        (names[1], sentences::last_was_other(names[0])),
    ] {
        let server = serve(vec![controller(now)]).await;
        let last = remembered(FIRST, FIRST, names[0]);
        let summary = read_after(&last, &hosts(server.port, &[FIRST])).await;
        assert_eq!(summary.server_id, now);
        assert_eq!(summary.server_reason, reason);
    }
}

#[test]
fn an_address_that_cannot_be_read_is_as_good_as_none() {
    for address in ["", "dc1"] {
        let last = remembered("dc1.corp.example", address, "");
        assert_eq!(LastServer::new(&last, &Networks::default()), None);
    }
}

#[tokio::test]
async fn an_address_that_may_no_longer_be_dialled_is_not_shown() {
    let server = serve(vec![empty()]).await;
    let last = remembered("dc1.corp.example", "10.20.30.40", "CN=DC1");
    let summary = read_after(&last, &hosts(server.port, &[FIRST])).await;
    assert_eq!(
        summary.server_reason,
        "The last sync read a server of dc1.corp.example to which connections are no longer allowed."
    );
}

use clap::Parser;

use super::*;
use crate::args::{Args, Command, SettingsCommand};

fn put(line: &[&str]) -> Put {
    let words = ["rollcall", "settings", "put", "acme"].iter().chain(line);
    let Command::Settings(SettingsCommand::Put(put)) = Args::try_parse_from(words).unwrap().command else {
        panic!("not settings put")
    };
    *put
}

fn stored() -> Settings {
    let line = [
        "--host",
        "dc1",
        "--bind-username",
        "reader",
        "--filter",
        "(a=b)",
        "--object-type",
        "user,group",
    ];
    let mut settings = apply(&put(&line), None).unwrap();
    settings.etag = "7".into();
    settings.credential_set = true;
    settings
}

#[test]
fn what_is_not_given_stays() {
    let after = apply(&put(&["--every-hours", "4", "--send-hsr"]), Some(stored())).unwrap();
    let expected = Settings {
        schedule: Some(v1::Schedule {
            every_hours: 4,
            time_zone: String::new(),
        }),
        new_users: Some(v1::NewUsers {
            send_hsr: true,
            send_welcome: false,
            limit_accounts: None,
        }),
        ..stored()
    };
    assert_eq!(after, expected);
}

#[test]
fn a_list_that_is_given_replaces_the_list() {
    let after = apply(
        &put(&["--host", "dc2", "--host", "dc3", "--object-type", "resource"]),
        Some(stored()),
    )
    .unwrap();
    assert_eq!(after.directory.unwrap().hosts, ["dc2", "dc3"]);
    assert_eq!(
        after.selection.unwrap().object_types,
        [v1::ObjectType::Resource as i32]
    );
}

#[test]
fn a_part_can_be_emptied_again() {
    let after = apply(
        &put(&["--clear", "filter", "--clear", "object-types"]),
        Some(stored()),
    )
    .unwrap();
    assert_eq!(after.directory.unwrap().filter, "");
    assert_eq!(after.selection.unwrap().object_types, [0_i32; 0]);
}

#[test]
fn the_password_is_needed_again_only_where_it_would_be_sent_elsewhere() {
    let cases: [(&[&str], bool); 7] = [
        (&["--host", "dc2"], true),
        (&["--port", "3269"], true),
        (&["--security", "starttls"], true),
        (&["--bind-username", "other"], true),
        (&["--base", "DC=acme"], false),
        (&["--filter", "(c=d)"], false),
        (&["--every-hours", "2"], false),
    ];
    for (line, needed) in cases {
        let after = apply(&put(line), Some(stored())).unwrap();
        assert_eq!(needs_password(Some(&stored()), &after), needed, "{line:?}");
    }
    assert!(needs_password(None, &stored()));
}

#[test]
fn a_limit_is_given_and_cleared_and_nothing_else_of_removal_is_touched() {
    let line = [
        "--remove-accounts",
        "--keep-manual",
        "--limit-accounts",
        "0",
        "--limit-percent=7",
    ];
    let before = apply(&put(&line), Some(stored())).unwrap();
    let removal = v1::Removal {
        remove_accounts: true,
        keep_manual: true,
        limit_accounts: Some(0),
        limit_percent: Some(7),
    };
    assert_eq!(before.removal, Some(removal));

    let after = apply(
        &put(&["--clear", "limit-accounts", "--keep-manual=false"]),
        Some(before),
    )
    .unwrap();
    let expected = v1::Removal {
        limit_accounts: None,
        keep_manual: false,
        ..removal
    };
    assert_eq!(after.removal, Some(expected));
}

#[test]
fn a_limit_of_new_accounts_is_given_and_cleared_and_the_welcome_stays() {
    let before = apply(&put(&["--limit-new", "0", "--send-welcome"]), Some(stored())).unwrap();
    let new_users = v1::NewUsers {
        send_welcome: true,
        limit_accounts: Some(0),
        ..v1::NewUsers::default()
    };
    assert_eq!(before.new_users, Some(new_users));
    let after = apply(&put(&["--clear", "limit-new"]), Some(before)).unwrap();
    let expected = v1::NewUsers {
        limit_accounts: None,
        ..new_users
    };
    assert_eq!(after.new_users, Some(expected));
}

#[test]
fn settings_that_say_nothing_of_removal_go_on_saying_nothing() {
    assert_eq!(
        apply(&put(&["--every-hours", "4"]), Some(stored()))
            .unwrap()
            .removal,
        None
    );
}

#[test]
fn a_test_takes_the_saved_settings_but_for_what_is_given() {
    let server = put(&["--host", "dc2"]).server;
    let tested = with_server(&server, Some(stored()), "acme").unwrap();
    let directory = Directory {
        hosts: vec!["dc2".into()],
        ..stored().directory.unwrap()
    };
    assert_eq!(
        tested,
        Settings {
            directory: Some(directory),
            ..stored()
        }
    );
}

#[test]
fn another_security_mode_takes_its_own_port_unless_a_port_was_chosen() {
    let port = |port: i32, line: &[&str]| {
        let mut before = stored();
        before.directory.get_or_insert_default().port = port;
        apply(&put(line), Some(before)).unwrap().directory.unwrap().port
    };
    assert_eq!(port(636, &["--security", "starttls"]), 0);
    assert_eq!(port(3269, &["--security", "starttls"]), 3269);
    assert_eq!(port(636, &["--security", "starttls", "--port", "1636"]), 1636);
    assert_eq!(port(636, &["--filter", "(c=d)"]), 636);
}

#[test]
fn the_way_back_to_ldaps_takes_its_port_too() {
    let mut before = stored();
    let directory = before.directory.get_or_insert_default();
    directory.port = 389;
    directory.set_security(v1::Security::Starttls);
    let after = apply(&put(&["--security", "ldaps"]), Some(before)).unwrap();
    assert_eq!(after.directory.unwrap().port, 0);
}

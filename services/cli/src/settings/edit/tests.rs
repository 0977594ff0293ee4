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

/// The port after a change of settings that have this mode and port.
fn port(security: v1::Security, port: i32, line: &[&str]) -> Result<i32, Error> {
    let mut before = stored();
    let directory = before.directory.get_or_insert_default();
    directory.set_security(security);
    directory.port = port;
    Ok(apply(&put(line), Some(before))?
        .directory
        .unwrap_or_default()
        .port)
}

#[test]
fn another_security_mode_takes_the_port_that_speaks_it() {
    use v1::Security::{Ldaps, Plaintext, Starttls};
    for (mode, old, word, new) in [
        (Ldaps, 636, "starttls", 389),
        (Ldaps, 3269, "starttls", 3268),
        (Ldaps, 3269, "plaintext", 3268),
        (Starttls, 389, "ldaps", 636),
        (Starttls, 3268, "ldaps", 3269),
        (Plaintext, 389, "ldaps", 636),
        // The same listener speaks both.
        (Starttls, 3268, "plaintext", 3268),
        (Plaintext, 1389, "starttls", 1389),
        (Ldaps, 0, "starttls", 0),
        (Ldaps, 1636, "ldaps", 1636),
    ] {
        let line = ["--security", word];
        assert_eq!(port(mode, old, &line).unwrap(), new, "{mode:?} {old} to {word}");
    }
}

#[test]
fn a_port_that_was_chosen_must_be_chosen_again_for_another_security_mode() {
    let refused = port(v1::Security::Starttls, 1389, &["--security", "ldaps"]);
    assert!(matches!(
        refused,
        Err(Error::PortNeeded {
            port: 1389,
            mode: "LDAPS"
        })
    ));
    for (given, new) in [("1636", 1636), ("1389", 1389), ("0", 0)] {
        let line = ["--security", "ldaps", "--port", given];
        assert_eq!(port(v1::Security::Starttls, 1389, &line).unwrap(), new);
    }
    assert_eq!(
        port(v1::Security::Starttls, 1389, &["--filter", "(c=d)"]).unwrap(),
        1389
    );
}

#[test]
fn a_file_without_a_certificate_in_pem_is_never_taken_for_the_systems_certificates() {
    for content in [&b""[..], b" \n", b"# my CA\n", b"\x30\x82\x03\xff"] {
        let error = certificates(content.to_vec()).unwrap_err();
        assert!(error.to_string().contains("no certificate in PEM"), "{error}");
    }
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(certificates(pem.as_bytes().to_vec()).unwrap(), pem);
}

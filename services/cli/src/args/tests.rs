use clap::{CommandFactory, Parser, error::ErrorKind};

use super::{runs::Verdict, *};

fn parse(line: &[&str]) -> Result<Args, clap::Error> {
    Args::try_parse_from(std::iter::once("rollcall").chain(line.iter().copied()))
}

#[test]
fn the_definition_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn a_domain_may_name_what_it_is_an_alias_of() {
    let args = parse(&["domains", "put", "acme", "acme.example", "acme.test=acme.example"]).unwrap();
    let Command::Domains(DomainsCommand::Put { domains, .. }) = args.command else {
        panic!("not domains put")
    };
    assert_eq!(
        domains[0],
        DomainArg {
            name: "acme.example".into(),
            alias_of: String::new()
        }
    );
    assert_eq!(
        domains[1],
        DomainArg {
            name: "acme.test".into(),
            alias_of: "acme.example".into()
        }
    );
}

#[test]
fn an_empty_list_of_domains_must_be_meant() {
    assert_eq!(
        parse(&["domains", "put", "acme"]).unwrap_err().kind(),
        ErrorKind::MissingRequiredArgument
    );
    assert!(parse(&["domains", "put", "acme", "--none"]).is_ok());
}

#[test]
fn verdicts_are_given_in_one_list_or_many_whatever_the_case() {
    let args = parse(&["rows", "acme", "--verdict", "ADD,skip", "--verdict", "stale"]).unwrap();
    let Command::Rows(rows) = args.command else {
        panic!("not rows")
    };
    assert_eq!(rows.verdicts, [Verdict::Add, Verdict::Skip, Verdict::Stale]);
}

#[test]
fn a_password_has_one_source_and_none_of_them_is_the_command_line() {
    let twice = parse(&[
        "settings",
        "put",
        "acme",
        "--password-stdin",
        "--password-file",
        "f",
    ]);
    assert_eq!(twice.unwrap_err().kind(), ErrorKind::ArgumentConflict);
    let plain = parse(&["settings", "put", "acme", "--password", "secret"]);
    assert_eq!(plain.unwrap_err().kind(), ErrorKind::UnknownArgument);
}

#[test]
fn a_switch_of_the_settings_can_be_turned_off_again() {
    for (given, meant) in [
        ("--send-hsr", true),
        ("--send-hsr=true", true),
        ("--send-hsr=false", false),
    ] {
        let args = parse(&["settings", "put", "acme", given]).unwrap();
        let Command::Settings(SettingsCommand::Put(put)) = args.command else {
            panic!("not settings put")
        };
        assert_eq!(put.times.send_hsr, Some(meant), "{given}");
    }
}

#[test]
fn csv_as_json_needs_a_file_for_the_csv() {
    assert_eq!(
        parse(&["csv", "acme", "--json"]).unwrap_err().kind(),
        ErrorKind::MissingRequiredArgument
    );
    assert!(parse(&["csv", "acme", "--json", "--output", "f"]).is_ok());
    assert!(parse(&["csv", "acme"]).is_ok());
}

#[test]
fn the_fleet_is_shown_unless_it_must_be_paused_or_resumed() {
    let args = parse(&["fleet"]).unwrap();
    assert!(matches!(args.command, Command::Fleet { command: None }));
    let nothing = parse(&["fleet", "pause", "--note", "why"]);
    assert_eq!(nothing.unwrap_err().kind(), ErrorKind::MissingRequiredArgument);
    assert!(parse(&["fleet", "pause", "--schedules", "--removals"]).is_ok());
}

#[test]
fn a_filter_may_begin_with_anything() {
    assert!(parse(&["filter", "check", "-x"]).is_ok());
    assert!(
        parse(&[
            "filter",
            "build",
            "--object-type",
            "user,group",
            "--domain",
            "a.example,b.example"
        ])
        .is_ok()
    );
}

#[test]
fn a_connection_is_tested_with_the_words_of_the_settings() {
    let line = [
        "test",
        "acme",
        "--host",
        "dc1",
        "--security",
        "starttls",
        "--password-stdin",
    ];
    assert!(parse(&line).is_ok());
    assert!(parse(&["test", "acme", "--password", "secret"]).is_err());
}

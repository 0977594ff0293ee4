use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use rollcall_domain::DomainName;
use rollcall_proto::v1::{
    Directory, Import, NewUsers, ObjectType, SameUsername, Schedule, Security, ServerType, Settings,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Checked, Deployment, check};

mod certificates;
mod filters;
mod removal;
mod to_test;

fn good() -> Settings {
    Settings {
        tenant_id: "ACME-1".to_owned(),
        directory: Some(Directory {
            hosts: vec!["dc1.corp.example".to_owned()],
            bind_username: r"CORP\reader".to_owned(),
            bind_password: Some("s3cret".to_owned()),
            ..Directory::default()
        }),
        ..Settings::default()
    }
}

fn domains() -> BTreeSet<DomainName> {
    ["corp.example", "xn--grn-ioa.example"]
        .iter()
        .map(|name| DomainName::parse(name).unwrap())
        .collect()
}

fn deployment() -> Deployment {
    Deployment {
        default_time_zone: TimeZone::get("Europe/Berlin").unwrap(),
        allow_plaintext: false,
    }
}

fn checked(change: impl FnOnce(&mut Settings)) -> Checked {
    let mut settings = good();
    change(&mut settings);
    check(settings, &domains(), &deployment()).unwrap()
}

fn directory(change: impl FnOnce(&mut Directory)) -> Directory {
    checked(|settings| change(settings.directory.as_mut().unwrap()))
        .settings
        .directory
        .unwrap()
}

/// The wrong fields, and what is said of them.
fn refused(settings: Settings) -> Vec<(String, String)> {
    let status = Status::from(check(settings, &domains(), &deployment()).unwrap_err());
    assert_eq!(status.code(), Code::InvalidArgument);
    let violations = status.get_details_bad_request().unwrap().field_violations;
    violations
        .into_iter()
        .map(|violation| (violation.field, violation.description))
        .collect()
}

/// Asserts that a change makes one field wrong, with a sentence that has these words.
fn assert_refused(field: &str, words: &str, change: impl FnOnce(&mut Settings)) {
    let mut settings = good();
    change(&mut settings);
    let found = refused(settings);
    assert!(
        matches!(&found[..], [(path, text)] if path == field && text.contains(words)),
        "expected {field} with {words:?}, found {found:?}"
    );
}

fn assert_directory_refused(field: &str, words: &str, change: impl FnOnce(&mut Directory)) {
    let field = format!("settings.directory.{field}");
    assert_refused(&field, words, |settings| {
        change(settings.directory.as_mut().unwrap());
    });
}

#[test]
fn defaults_are_filled_in() {
    let Checked { settings, rhythm, .. } = checked(|settings| settings.schedule = Some(Schedule::default()));
    let directory = settings.directory.unwrap();
    assert_eq!(directory.server_type(), ServerType::ActiveDirectory);
    assert_eq!(directory.security(), Security::Ldaps);
    assert_eq!(directory.port, 636);
    assert_eq!(directory.attributes, ["proxyAddresses"]);
    assert_eq!(settings.import.unwrap().same_username(), SameUsername::Skip);
    assert_eq!(settings.schedule.unwrap().time_zone, "Europe/Berlin");
    assert!(rhythm.is_none());
}

#[test]
fn the_port_follows_the_security_mode() {
    assert_eq!(
        directory(|directory| directory.set_security(Security::Starttls)).port,
        389
    );
    assert_eq!(directory(|directory| directory.port = 3269).port, 3269);
}

#[test]
fn the_password_is_taken_out_of_the_message() {
    let Checked {
        settings, password, ..
    } = checked(|_| {});
    assert_eq!(password.unwrap().expose(), "s3cret");
    assert_eq!(settings.directory.unwrap().bind_password, None);
}

#[test]
fn what_is_output_only_is_not_stored() {
    let Checked { settings, etag, .. } = checked(|settings| {
        settings.etag = "7".to_owned();
        settings.credential_set = true;
        settings.update_time = Some(rollcall_chassis::pg::to_proto(jiff::Timestamp::UNIX_EPOCH));
        settings.next_run_time = settings.update_time;
    });
    assert_eq!(etag, "7");
    assert_eq!(settings.etag, "");
    assert!(!settings.credential_set && settings.update_time.is_none() && settings.next_run_time.is_none());
}

#[test]
fn values_are_stored_in_canonical_form() {
    let directory = directory(|directory| {
        directory.hosts = ["DC1.Corp.Example.", "10.0.0.1", "2001:DB8:0:0::1"]
            .map(str::to_owned)
            .to_vec();
        directory.filter = " ( &(mail=*) (cn=a*) ) ".to_owned();
        directory.search_base = "OU=People , DC=corp,DC=example".to_owned();
    });
    assert_eq!(directory.hosts, ["dc1.corp.example", "10.0.0.1", "2001:db8::1"]);
    assert_eq!(directory.filter, "(&(mail=*)(cn=a*))");
    assert_eq!(directory.search_base, "OU=People,DC=corp,DC=example");

    let Checked { settings, rhythm, .. } = checked(|settings| {
        settings.schedule = Some(Schedule {
            every_hours: 5,
            time_zone: "america/new_york".to_owned(),
        });
        settings.import = Some(Import {
            object_types: vec![
                ObjectType::Group.into(),
                ObjectType::User.into(),
                ObjectType::Group.into(),
            ],
            domains: vec!["GRÜN.example".to_owned(), "Corp.Example".to_owned()],
            ..Import::default()
        });
        settings.new_users = Some(NewUsers {
            send_hsr: true,
            send_welcome: false,
        });
    });
    let import = settings.import.unwrap();
    assert_eq!(
        import.object_types,
        [i32::from(ObjectType::User), ObjectType::Group.into()]
    );
    assert_eq!(import.domains, ["corp.example", "xn--grn-ioa.example"]);
    assert_eq!(settings.schedule.unwrap().time_zone, "America/New_York");
    assert_eq!(rhythm.unwrap().every_hours.get(), 5);
    assert!(settings.new_users.unwrap().send_hsr);
}

#[test]
fn all_wrong_fields_are_told_together() {
    let found = refused(Settings {
        tenant_id: "a b".to_owned(),
        directory: Some(Directory {
            hosts: vec!["dc1".to_owned(), "ldap://dc2".to_owned()],
            port: 70_000,
            search_base: "OU".to_owned(),
            filter: "(mail=*".to_owned(),
            ..Directory::default()
        }),
        schedule: Some(Schedule {
            every_hours: 25,
            time_zone: "Mars/Olympus".to_owned(),
        }),
        ..Settings::default()
    });
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "settings.tenant_id",
            "settings.directory.hosts[1]",
            "settings.directory.port",
            "settings.directory.bind_username",
            "settings.directory.search_base",
            "settings.directory.filter",
            "settings.schedule.time_zone",
            "settings.schedule.every_hours",
        ]
    );
}

#[test]
fn a_malformed_tenant_id_is_refused() {
    for bad in ["", "a b", "a/b", "ä", &"x".repeat(65)] {
        assert_refused("settings.tenant_id", "1 to 64", |settings| {
            bad.clone_into(&mut settings.tenant_id);
        });
    }
}

#[test]
fn settings_without_a_directory_are_refused() {
    assert_refused("settings.directory", "required", |settings| {
        settings.directory = None;
    });
}

#[test]
fn a_malformed_host_is_refused() {
    for (host, words) in [
        ("", "host name"),
        ("ldaps://dc1.example", "not a URL"),
        ("dc1.example:636", "without a port"),
        ("[2001:db8::1]", "without brackets"),
        ("[2001:db8::1]:636", "without brackets"),
        ("dc 1", "host name"),
        ("dc_1.example", "host name"),
        ("-dc.example", "host name"),
        ("dc..example", "host name"),
        ("256.1.1.1", "host name"),
        ("fe80::1%eth0", "host name"),
        ("dc1.example\0", "host name"),
        (&"a".repeat(64), "host name"),
    ] {
        assert_directory_refused("hosts[0]", words, |directory| {
            directory.hosts = vec![host.to_owned()];
        });
    }
    assert_directory_refused("hosts[1]", "twice", |directory| {
        directory.hosts.push("DC1.corp.example".to_owned());
    });
    assert_directory_refused("hosts", "1 to 8", |directory| directory.hosts.clear());
    assert_directory_refused("hosts", "1 to 8", |directory| {
        directory.hosts = (0..9).map(|number| format!("dc{number}")).collect();
    });
}

#[test]
fn a_port_out_of_range_is_refused() {
    for port in [65_536, u32::MAX] {
        assert_directory_refused("port", "1 to 65535", |directory| directory.port = port);
    }
}

#[test]
fn enum_values_that_are_not_known_are_refused() {
    assert_directory_refused("server_type", "OPENLDAP", |directory| directory.server_type = 9);
    assert_directory_refused("security", "STARTTLS", |directory| directory.security = -1);
    for bad in [0, 99] {
        assert_refused("settings.import.object_types[1]", "expected USER", |settings| {
            settings.import = Some(Import {
                object_types: vec![1, bad],
                ..Import::default()
            });
        });
    }
    assert_refused("settings.import.same_username", "SKIP", |settings| {
        settings.import = Some(Import {
            same_username: 5,
            ..Import::default()
        });
    });
}

#[test]
fn plaintext_is_refused_unless_the_deployment_allows_it() {
    let plaintext = |directory: &mut Directory| directory.set_security(Security::Plaintext);
    assert_directory_refused("security", "not allowed here", plaintext);

    let mut settings = good();
    plaintext(settings.directory.as_mut().unwrap());
    let deployment = Deployment {
        allow_plaintext: true,
        ..deployment()
    };
    assert_eq!(
        check(settings, &domains(), &deployment)
            .unwrap()
            .settings
            .directory
            .unwrap()
            .port,
        389
    );
}

#[test]
fn a_bind_username_is_required_and_bounded() {
    for (name, words) in [
        ("", "required"),
        ("  ", "required"),
        ("a\nb", "control"),
        (&"x".repeat(1_025), "1024"),
    ] {
        assert_directory_refused("bind_username", words, |directory| {
            name.clone_into(&mut directory.bind_username);
        });
    }
}

#[test]
fn an_empty_or_endless_password_is_refused() {
    for (password, words) in [("", "must not be empty"), (&"x".repeat(1_025), "1024 bytes")] {
        assert_directory_refused("bind_password", words, |directory| {
            directory.bind_password = Some(password.to_owned());
        });
    }
}

#[test]
fn a_malformed_search_base_is_refused_with_its_position() {
    assert_directory_refused("search_base", "at character", |directory| {
        "OU=People,,DC=example".clone_into(&mut directory.search_base);
    });
    assert_directory_refused("search_base", "4096", |directory| {
        directory.search_base = format!("CN={}", "x".repeat(5_000));
    });
}

#[test]
fn a_malformed_filter_is_refused_with_its_position() {
    for filter in [
        "(mail=*",
        "(&(mail=*)(cn=",
        "mail",
        "(cn=\\zz)",
        &"(".repeat(20_000),
    ] {
        assert_directory_refused("filter", "position", |directory| {
            filter.clone_into(&mut directory.filter);
        });
    }
}

#[test]
fn malformed_attributes_are_refused() {
    let set = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        move |directory: &mut Directory| directory.attributes = names
    };
    assert_directory_refused("attributes[0]", "at character", set(&["e mail"]));
    assert_directory_refused("attributes[1]", "without options", set(&["mail", "cn;lang-de"]));
    assert_directory_refused(
        "attributes[0]",
        "name, not its object identifier",
        set(&["2.5.4.3"]),
    );
    assert_directory_refused("attributes[1]", "twice", set(&["mail", "MAIL"]));
    let many: Vec<String> = (0..17).map(|number| format!("a{number}")).collect();
    assert_directory_refused("attributes", "at most 16", |directory| {
        directory.attributes = many;
    });
}

#[test]
fn domains_that_are_not_the_tenants_own_are_refused() {
    for (domain, words) in [
        ("other.example", "not one of"),
        ("not a domain", "expected a domain name"),
    ] {
        assert_refused("settings.import.domains[0]", words, |settings| {
            settings.import = Some(Import {
                domains: vec![domain.to_owned()],
                ..Import::default()
            });
        });
    }
}

#[test]
fn a_malformed_schedule_is_refused() {
    for (every_hours, time_zone, field) in [
        (25, "UTC", "settings.schedule.every_hours"),
        (u32::MAX, "", "settings.schedule.every_hours"),
        (1, "Mars/Olympus", "settings.schedule.time_zone"),
        (0, "+02:00", "settings.schedule.time_zone"),
    ] {
        assert_refused(field, "expected", |settings| {
            settings.schedule = Some(Schedule {
                every_hours,
                time_zone: time_zone.to_owned(),
            });
        });
    }
}

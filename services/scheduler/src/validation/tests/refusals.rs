use rollcall_proto::v1::{Directory, Schedule, Selection, Settings};

use super::{assert_directory_refused, assert_refused, refused};

#[test]
fn all_wrong_fields_are_reported_together() {
    let found = refused(Settings {
        tenant_id: "a b".to_owned(),
        directory: Some(Directory {
            hosts: vec!["dc1".to_owned(), "ldap://dc2".to_owned()],
            port: 70_000,
            search_bases: vec!["OU".to_owned()],
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
            "settings.directory.search_bases[0]",
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
fn enum_values_that_are_not_known_are_refused() {
    assert_directory_refused("server_type", "OPENLDAP", |directory| directory.server_type = 9);
    assert_directory_refused("security", "STARTTLS", |directory| directory.security = -1);
    for bad in [0, 99] {
        assert_refused(
            "settings.selection.object_types[1]",
            "expected USER",
            |settings| {
                settings.selection = Some(Selection {
                    object_types: vec![1, bad],
                    ..Selection::default()
                });
            },
        );
    }
    assert_refused("settings.selection.same_username", "SKIP", |settings| {
        settings.selection = Some(Selection {
            same_username: 5,
            ..Selection::default()
        });
    });
}

#[test]
fn domains_that_are_not_the_tenants_own_are_refused() {
    for (domain, words) in [
        ("other.example", "not one of"),
        ("not a domain", "expected a domain name"),
    ] {
        assert_refused("settings.selection.domains[0]", words, |settings| {
            settings.selection = Some(Selection {
                domains: vec![domain.to_owned()],
                ..Selection::default()
            });
        });
    }
}

#[test]
fn a_malformed_schedule_is_refused() {
    for (every_hours, time_zone, field) in [
        (25, "UTC", "settings.schedule.every_hours"),
        (-1, "", "settings.schedule.every_hours"),
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

use rollcall_proto::v1::{NewUsers, ObjectType, SameUsername, Schedule, Security, Selection, ServerType};

use super::{checked, directory};
use crate::validation::Checked;

#[test]
fn defaults_are_filled_in() {
    let Checked { settings, rhythm, .. } = checked(|settings| settings.schedule = Some(Schedule::default()));
    let directory = settings.directory.unwrap();
    assert_eq!(directory.server_type(), ServerType::ActiveDirectory);
    assert_eq!(directory.security(), Security::Ldaps);
    assert_eq!(directory.port, 636);
    assert_eq!(directory.attributes, ["proxyAddresses"]);
    assert_eq!(settings.selection.unwrap().same_username(), SameUsername::Skip);
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
        settings.update_time = Some(rollcall_terms::time::to_proto(jiff::Timestamp::UNIX_EPOCH));
        settings.next_run_time = settings.update_time;
    });
    assert_eq!(etag, "7");
    assert_eq!(settings.etag, "");
    assert!(!settings.credential_set && settings.update_time.is_none() && settings.next_run_time.is_none());
}

#[test]
fn values_are_stored_in_canonical_form() {
    let directory = directory(|directory| {
        directory.hosts = [
            "DC1.Corp.Example.",
            "10.0.0.1",
            "2001:DB8:0:0::1",
            "DC_01.corp.example",
        ]
        .map(str::to_owned)
        .to_vec();
        directory.filter = " ( &(mail=*) (cn=a*) ) ".to_owned();
        directory.search_bases = vec!["OU = Staff , DC = corp , DC = example".to_owned(), String::new()];
    });
    assert_eq!(
        directory.hosts,
        [
            "dc1.corp.example",
            "10.0.0.1",
            "2001:db8::1",
            "dc_01.corp.example"
        ]
    );
    assert_eq!(directory.filter, "(&(mail=*)(cn=a*))");
    assert_eq!(directory.search_bases, ["OU=Staff,DC=corp,DC=example", ""]);

    let Checked { settings, rhythm, .. } = checked(|settings| {
        settings.schedule = Some(Schedule {
            every_hours: 5,
            time_zone: "america/new_york".to_owned(),
        });
        settings.selection = Some(Selection {
            object_types: vec![
                ObjectType::Group.into(),
                ObjectType::User.into(),
                ObjectType::Group.into(),
            ],
            domains: vec!["GRÜN.example".to_owned(), "Corp.Example".to_owned()],
            ..Selection::default()
        });
        settings.new_users = Some(NewUsers {
            send_hsr: true,
            send_welcome: false,
            limit_accounts: None,
        });
    });
    let selection = settings.selection.unwrap();
    assert_eq!(
        selection.object_types,
        [i32::from(ObjectType::User), ObjectType::Group.into()]
    );
    assert_eq!(selection.domains, ["corp.example", "xn--grn-ioa.example"]);
    assert_eq!(settings.schedule.unwrap().time_zone, "America/New_York");
    assert_eq!(rhythm.unwrap().every_hours.get(), 5);
    assert!(settings.new_users.unwrap().send_hsr);
}

#[test]
fn invisible_characters_around_a_search_base_are_taken_off() {
    let directory = directory(|directory| {
        directory.search_bases = vec![
            "\u{200b} DC=corp,DC=example\u{a0}".to_owned(),
            r"OU=a\ ".to_owned(),
        ];
    });
    assert_eq!(directory.search_bases, ["DC=corp,DC=example", r"OU=a\ "]);
}

#[test]
#[expect(deprecated, reason = "it is about callers that know only one search base")]
fn the_one_base_of_older_callers_becomes_the_list() {
    let directory = directory(|directory| directory.search_base = "DC=corp, DC=example".to_owned());
    assert_eq!(directory.search_bases, ["DC=corp,DC=example"]);
    assert_eq!(directory.search_base, "");
}

#[test]
fn what_cannot_be_seen_around_a_name_is_trimmed() {
    let directory = directory(|directory| {
        directory.bind_username = "\u{200b}svc-sync@corp.example \u{a0}".to_owned();
        directory.hosts = vec!["\u{feff}dc1.corp.example\u{a0}".to_owned()];
        directory.search_bases = vec!["\u{200e}OU=People,DC=corp,DC=example\u{a0}".to_owned()];
    });
    assert_eq!(directory.bind_username, "svc-sync@corp.example");
    assert_eq!(directory.hosts, ["dc1.corp.example"]);
    assert_eq!(directory.search_bases, ["OU=People,DC=corp,DC=example"]);
}

#[test]
fn the_primary_attribute_is_spelled_as_among_the_attributes() {
    let directory = directory(|directory| {
        directory.attributes = vec!["proxyAddresses".to_owned(), "mailPrimaryAddress".to_owned()];
        directory.primary_attribute = " MAILPRIMARYADDRESS".to_owned();
    });
    assert_eq!(directory.primary_attribute, "mailPrimaryAddress");
}

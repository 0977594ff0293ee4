use std::collections::HashSet;

use super::{Directory, Domains, Flavour, Object, invented, of_size, unit_dn};

const DOMAINS: Domains<'_> = Domains {
    main: "corp.example",
    second: "corp.test",
    alias: "corp-mail.example",
    foreign: "else.example",
};

fn ldif(directory: &Directory, flavour: Flavour) -> String {
    let mut out = Vec::new();
    directory
        .write_ldif(flavour, "DC=corp,DC=example", &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn invented_people_are_the_same_every_time() {
    assert_eq!(invented(300, DOMAINS), invented(300, DOMAINS));
}

#[test]
fn no_two_objects_share_a_dn() {
    let directory = invented(700, DOMAINS);
    let dns: HashSet<String> = directory
        .objects
        .iter()
        .map(|object| object.dn("DC=x").to_lowercase())
        .collect();
    assert_eq!(dns.len(), directory.objects.len());
}

#[test]
fn a_directory_for_measuring_has_three_smtp_addresses_an_object() {
    let directory = of_size(2_500, DOMAINS);
    assert_eq!(directory.objects.len(), 2_500);
    assert!(
        directory
            .objects
            .iter()
            .all(|object| object.proxy_addresses.len() == 3)
    );
    assert_eq!(
        directory.units(),
        ["Staff", "Staff/Unit 0000", "Staff/Unit 0001", "Staff/Unit 0002"]
    );
}

#[test]
fn units_come_from_the_top_down() {
    let directory = Directory {
        objects: vec![Object::person("A/B/C", "x"), Object::person("A/D", "y")],
    };
    assert_eq!(directory.units(), ["A", "A/B", "A/B/C", "A/D"]);
    assert_eq!(unit_dn("A/B", "DC=x"), "OU=B,OU=A,DC=x");
    assert_eq!(unit_dn("", "DC=x"), "DC=x");
}

#[test]
fn names_are_escaped_in_dns() {
    let dn = |name: &str| Object::person("", name).dn("DC=x");
    assert_eq!(dn("Müller, Jürgen"), r"CN=Müller\, Jürgen,DC=x");
    assert_eq!(dn(" #1 "), r"CN=\ #1\ ,DC=x");
    assert_eq!(dn("#1"), r"CN=\#1,DC=x");
}

#[test]
fn values_that_ldif_cannot_hold_as_they_are_become_base64() {
    let directory = Directory {
        objects: vec![Object::person("", "Zoë").value(" leading").value("plain")],
    };
    let text = ldif(&directory, Flavour::OpenLdap);
    assert!(text.contains("cn:: Wm/Dqw==\n"), "{text}");
    assert!(
        text.contains("proxyAddresses:: IGxlYWRpbmc=\nproxyAddresses: plain\n"),
        "{text}"
    );
}

#[test]
fn an_account_has_its_flags_and_a_group_has_none() {
    let directory = Directory {
        objects: vec![Object::person("", "a").disabled(), Object::group("", "g")],
    };
    for flavour in [Flavour::ActiveDirectory, Flavour::OpenLdap] {
        assert_eq!(
            ldif(&directory, flavour)
                .matches("userAccountControl: 546\n")
                .count(),
            1
        );
    }
}

use rollcall_proto::v1::{ServerFindings, ServerType};

use super::{Explored, StepText, describe, server_text};
use crate::source::ldap::entry::{Attribute, Entry};

fn entry(attributes: &[(&str, &[&str])]) -> Entry {
    let attributes = attributes
        .iter()
        .map(|(name, values)| Attribute {
            description: (*name).to_owned(),
            range: None,
            values: values.iter().map(|value| value.as_bytes().to_vec()).collect(),
        })
        .collect();
    Entry {
        dn: String::new(),
        attributes,
    }
}

#[test]
fn active_directory_is_known_by_its_capabilities_and_named_by_its_controller() {
    let found = describe(&entry(&[
        ("supportedCapabilities", &["1.2.840.113556.1.4.800"]),
        (
            "supportedControl",
            &["1.2.840.113556.1.4.319", "1.2.840.113556.1.4.841"],
        ),
        ("dnsHostName", &["dc1.corp.example"]),
        ("vendorName", &["Samba Team (https://www.samba.org)"]),
    ]));
    assert_eq!(found.server_type(), ServerType::ActiveDirectory);
    assert_eq!(
        found.description,
        "Samba Team (https://www.samba.org), dc1.corp.example"
    );
    assert!(found.paging && found.dirsync && found.ranges);
}

#[test]
fn openldap_is_known_by_its_root() {
    let found = describe(&entry(&[("objectClass", &["top", "OpenLDAProotDSE"])]));
    assert_eq!(found.server_type(), ServerType::Openldap);
    assert!(!found.paging && !found.dirsync && !found.ranges);
}

#[test]
fn a_server_that_says_nothing_of_itself_is_of_another_kind() {
    assert_eq!(describe(&entry(&[])).server_type(), ServerType::Other);
}

fn text_of(findings: &ServerFindings) -> StepText {
    server_text(&Explored {
        findings: findings.clone(),
        ..Explored::default()
    })
}

#[test]
fn a_server_without_pages_is_warned_of() {
    let with = |paging| ServerFindings {
        paging,
        ..ServerFindings::default()
    };
    assert_eq!(text_of(&with(true)).advice, "");
    assert!(text_of(&with(false)).advice.contains("size limit"));
}

#[test]
fn no_right_is_proposed_that_no_read_uses() {
    for dirsync_allowed in [false, true] {
        let text = text_of(&ServerFindings {
            paging: true,
            dirsync: true,
            dirsync_allowed,
            ..ServerFindings::default()
        });
        assert_eq!(text.advice, "");
        for word in ["DirSync", "Deleted Objects", "may not", "rights"] {
            assert!(!text.message.contains(word), "{text:?}");
        }
    }
}

#[test]
fn of_a_server_that_hides_itself_nothing_is_claimed() {
    let hidden = server_text(&Explored {
        silent: true,
        ..Explored::default()
    });
    assert!(hidden.message.contains("does not let this account"), "{hidden:?}");
    assert!(
        !hidden.message.contains("pages") && hidden.advice.is_empty(),
        "{hidden:?}"
    );
}

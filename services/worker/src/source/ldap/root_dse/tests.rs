use super::*;
use crate::source::ldap::entry::Attribute;

fn root(attributes: &[(&str, &[&str])]) -> RootDse {
    let attributes = attributes
        .iter()
        .map(|(name, values)| Attribute {
            description: (*name).to_owned(),
            range: None,
            values: values.iter().map(|value| value.as_bytes().to_vec()).collect(),
        })
        .collect();
    RootDse::from(&Entry {
        dn: String::new(),
        attributes,
    })
}

fn base(attributes: &[(&str, &[&str])]) -> Option<String> {
    root(attributes).base
}

#[test]
fn the_default_naming_context_comes_before_the_first_of_all() {
    let both: [(&str, &[&str]); 2] = [
        ("namingContexts", &["dc=a", "dc=b"]),
        ("DefaultNamingContext", &["dc=b"]),
    ];
    assert_eq!(base(&both).as_deref(), Some("dc=b"));
    assert_eq!(
        base(&[("namingContexts", &["dc=a", "dc=b"])]).as_deref(),
        Some("dc=a")
    );
}

#[test]
fn an_empty_naming_context_is_no_base() {
    assert_eq!(base(&[("namingContexts", &["", "o=x"])]).as_deref(), Some("o=x"));
    assert_eq!(base(&[("namingContexts", &[""])]), None);
    assert_eq!(base(&[]), None);
}

#[test]
fn a_domain_controller_has_a_name_that_can_be_stored() {
    let named = |name| root(&[("dsServiceName", &[name])]).service;
    let name = "CN=NTDS Settings,CN=DC1,CN=Servers,CN=Site,CN=Sites,CN=Configuration,DC=corp";
    assert_eq!(named(name).as_deref(), Some(name));
    assert_eq!(named(""), None);
    assert_eq!(named("a\0b").as_deref(), Some("a\\x00b"));
    assert!(named(&"x".repeat(5_000)).is_some_and(|name| name.len() <= 1_000));
}

#[test]
fn a_root_that_is_hidden_is_not_a_failure_and_one_that_is_busy_is() {
    let refused = |code| {
        Err(DirectoryError::Refused {
            operation: Operation::RootDse,
            code,
            text: String::new(),
        })
    };
    assert!(shown(refused(50)).is_ok_and(|root| root.attributes.is_empty()));
    assert!(shown(refused(51)).is_err());
    assert!(shown(Ok(None)).is_ok());
}

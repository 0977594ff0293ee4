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

fn bases(attributes: &[(&str, &[&str])], given: &[&str]) -> Result<Vec<String>, DirectoryError> {
    let given: Vec<_> = given.iter().map(|base| (*base).to_owned()).collect();
    root(attributes).bases(&given)
}

#[test]
fn without_a_base_the_default_naming_context_counts_and_otherwise_the_only_one() {
    let both: [(&str, &[&str]); 2] = [
        ("namingContexts", &["dc=a", "dc=b"]),
        ("DefaultNamingContext", &["dc=b"]),
    ];
    assert_eq!(bases(&both, &[]).unwrap(), ["dc=b"]);
    assert_eq!(bases(&[("namingContexts", &["", "o=x"])], &[]).unwrap(), ["o=x"]);
    assert_eq!(bases(&both, &["", "dc=c"]).unwrap(), ["", "dc=c"]);
}

#[test]
fn several_naming_contexts_or_none_are_no_base_and_are_listed() {
    let found = bases(&[("namingContexts", &["dc=a", "dc=b"])], &[]);
    assert!(
        matches!(&found, Err(DirectoryError::NoSearchBase { contexts }) if *contexts == ["dc=a", "dc=b"]),
        "{found:?}"
    );
    for none in [
        &[("namingContexts", &["\0"][..])][..],
        &[("namingContexts", &[""])],
        &[],
    ] {
        let found = bases(none, &[]);
        assert!(
            matches!(&found, Err(DirectoryError::NoSearchBase { contexts }) if contexts.is_empty()),
            "{found:?}"
        );
    }
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
            pointers: None,
        })
    };
    assert!(if_shown(refused(50)).is_ok_and(|root| root.attributes.is_empty()));
    assert!(if_shown(refused(51)).is_err());
    assert!(if_shown(Ok(None)).is_ok());
}

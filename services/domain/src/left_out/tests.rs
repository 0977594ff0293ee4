use super::*;

#[test]
fn the_three_references_of_every_domain_are_usual_and_a_child_domain_is_not() {
    for target in [
        "ldap://corp.example/CN=Configuration,DC=corp,DC=example",
        "ldaps://ForestDnsZones.corp.example/DC=ForestDnsZones,DC=corp,DC=example",
        "ldap://DomainDnsZones.corp.example/dc=domaindnszones,DC=corp,DC=example??base",
        "ldap://corp.example/CN=Schema%2cCN=Configuration,DC=corp",
    ] {
        assert!(is_usual_reference(target), "{target}");
    }
    for target in [
        "ldaps://emea.corp.example/DC=emea,DC=corp,DC=example",
        "ldap://corp.example/CN=Configuration Team,DC=corp,DC=example",
        "ldap://corp.example/OU=DomainDnsZones,DC=corp,DC=example",
        "ldap://corp.example",
        "ldap://corp.example/%zz",
        "",
    ] {
        assert!(!is_usual_reference(target), "{target}");
    }
}

#[test]
fn names_count_once_and_are_the_same_in_any_order() {
    let names: Vec<_> = (10..40).map(|number| format!("dc=n{number}")).collect();
    let mut forwards = NameCollector::default();
    forwards.extend(names.iter().cloned().chain(names.iter().cloned()));
    let mut backwards = NameCollector::default();
    backwards.extend(names.iter().rev().cloned());
    let forwards = forwards.finish();
    assert_eq!(forwards, backwards.finish());
    assert_eq!((forwards.shown.len(), forwards.more), (MOST_SHOWN, 14));
    assert_eq!(forwards.shown[..], names[..MOST_SHOWN]);
}

#[test]
fn no_number_of_names_takes_more_memory_than_some() {
    let mut collector = NameCollector::default();
    collector.extend((0..5_000).map(|number| format!("dc=n{number}")));
    assert_eq!(collector.seen.len(), MOST_SHOWN + MOST_COUNTED);
    assert_eq!(collector.finish().more, 1_000);
}

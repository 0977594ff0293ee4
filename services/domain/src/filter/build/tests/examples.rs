//! Filters as an administrator reads them.

use crate::address::DomainName;
use crate::filter::{BuildFilter, Filter, build};
use crate::object::ObjectType;
use crate::reading::hints::RECIPIENT_TYPES;

fn built(object_types: &[ObjectType], domains: &[&str], own: &str, recipient_types: bool) -> Option<String> {
    let domains: Vec<_> = domains
        .iter()
        .map(|name| DomainName::parse(name).unwrap())
        .collect();
    let own = (!own.is_empty()).then(|| Filter::parse(own).unwrap());
    let filter = build(&BuildFilter {
        object_types,
        domains: &domains,
        own: own.as_ref(),
        recipient_types,
    })?;
    let text = filter.to_string();
    assert_eq!(Filter::parse(&text).as_ref(), Ok(&filter), "{text}");
    Some(text)
}

#[test]
fn without_a_wish_everything_passes() {
    for recipient_types in [false, true] {
        assert_eq!(built(&[], &[], "", recipient_types), None);
        assert_eq!(built(ObjectType::ALL, &[], "", recipient_types), None);
        assert_eq!(
            built(ObjectType::ALL, &[], "mail=*", recipient_types).unwrap(),
            "(mail=*)"
        );
    }
}

/// The condition that Exchange shows no type.
fn shows_no_type() -> String {
    let values: Vec<_> = RECIPIENT_TYPES
        .iter()
        .map(|(value, _)| format!("(msExchRecipientTypeDetails={value})"))
        .collect();
    format!("(!(|{}))", values.concat())
}

#[test]
fn kinds_of_object_are_shown_by_exchange_and_where_it_is_silent_by_class() {
    let no_type = shows_no_type();
    for (object_types, expected) in [
        (
            vec![ObjectType::SharedMailbox],
            "(|(msExchRecipientTypeDetails=4)(msExchRecipientTypeDetails=34359738368)\
             (&(msExchRecipientTypeDetails=2147483648)(msExchRemoteRecipientType:1.2.840.113556.1.4.803:=96)))"
                .to_owned(),
        ),
        (
            vec![ObjectType::PublicFolder],
            format!("(|(msExchRecipientTypeDetails=4096)(&{no_type}(objectClass=publicFolder)))"),
        ),
        (
            vec![ObjectType::Contact, ObjectType::PublicFolder],
            format!(
                "(|(msExchRecipientTypeDetails=64)(msExchRecipientTypeDetails=32768)(msExchRecipientTypeDetails=4096)\
                 (&{no_type}(|(objectClass=contact)(objectClass=publicFolder))))"
            ),
        ),
        (
            vec![ObjectType::User],
            format!(
                "(|(msExchRecipientTypeDetails=1)(msExchRecipientTypeDetails=2)(msExchRecipientTypeDetails=8)\
                 (msExchRecipientTypeDetails=128)(&(msExchRecipientTypeDetails=2147483648)\
                 (!(msExchRemoteRecipientType:1.2.840.113556.1.4.804:=96)))(&{no_type}\
                 (!(|(objectClass=computer)(objectClass=group)(objectClass=groupOfNames)\
                 (objectClass=groupOfUniqueNames)(objectClass=msExchDynamicDistributionList)(objectClass=contact)\
                 (objectClass=publicFolder)))))"
            ),
        ),
    ] {
        assert_eq!(
            built(&object_types, &[], "", true).unwrap(),
            expected,
            "{object_types:?}"
        );
    }
}

#[test]
fn a_remote_mailbox_is_of_the_kind_that_its_bits_show() {
    let mailbox_elsewhere = "(msExchRecipientTypeDetails=2147483648)";
    for (object_types, expected) in [
        (
            vec![ObjectType::Resource],
            "(&(msExchRecipientTypeDetails=2147483648)(&(msExchRemoteRecipientType:1.2.840.113556.1.4.804:=96)\
             (!(msExchRemoteRecipientType:1.2.840.113556.1.4.803:=96))))",
        ),
        (
            vec![ObjectType::User, ObjectType::SharedMailbox],
            "(&(msExchRecipientTypeDetails=2147483648)(|(!(msExchRemoteRecipientType:1.2.840.113556.1.4.804:=96))\
             (msExchRemoteRecipientType:1.2.840.113556.1.4.803:=96)))",
        ),
        (
            vec![ObjectType::User, ObjectType::SharedMailbox, ObjectType::Resource],
            mailbox_elsewhere,
        ),
    ] {
        let filter = built(&object_types, &[], "", true).unwrap();
        assert!(filter.contains(expected), "{object_types:?}: {filter}");
    }
    let groups = built(&[ObjectType::Group], &[], "", true).unwrap();
    let by_value = groups.strip_suffix(&format!(
        "(&{}(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)\
         (objectClass=msExchDynamicDistributionList))))",
        shows_no_type()
    ));
    assert!(
        by_value.is_some_and(|filter| !filter.contains(mailbox_elsewhere)),
        "{groups}"
    );
}

#[test]
fn other_is_what_exchange_keeps_for_itself_and_every_machine() {
    let filter = built(&[ObjectType::Other], &[], "", true).unwrap();
    assert!(
        filter.starts_with("(|(msExchRecipientTypeDetails=8192)(msExchRecipientTypeDetails=16384)("),
        "{filter}"
    );
    let machines = format!("(&{}(objectClass=computer)))", shows_no_type());
    assert!(filter.ends_with(&machines), "{filter}");
}

#[test]
fn without_exchange_kinds_are_shown_by_class_only() {
    for (object_types, expected) in [
        (
            vec![ObjectType::Group],
            "(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)\
             (objectClass=msExchDynamicDistributionList))",
        ),
        (
            vec![ObjectType::Contact, ObjectType::Resource],
            "(objectClass=contact)",
        ),
        (
            vec![ObjectType::User],
            "(|(!(|(objectClass=computer)(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=contact)))\
             (&(entryUUID=*)(!(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)))))",
        ),
    ] {
        assert_eq!(
            built(&object_types, &[], "", false).unwrap(),
            expected,
            "{object_types:?}"
        );
    }
}

#[test]
fn without_exchange_other_is_every_machine() {
    assert_eq!(
        built(&[ObjectType::Other], &[], "", false).unwrap(),
        "(objectClass=computer)"
    );
}

#[test]
fn kinds_that_only_exchange_knows_match_nothing_without_it() {
    let object_types = [ObjectType::Resource, ObjectType::SharedMailbox];
    assert_eq!(
        built(&object_types, &[], "", false).unwrap(),
        "(!(objectClass=*))"
    );
}

#[test]
fn without_exchange_its_attribute_is_never_mentioned() {
    for chosen in 0..1_usize << ObjectType::ALL.len() {
        let object_types: Vec<_> = (0..ObjectType::ALL.len())
            .filter(|bit| chosen >> bit & 1 == 1)
            .map(|bit| ObjectType::ALL[bit])
            .collect();
        let filter = built(&object_types, &["a.test"], "", false).unwrap();
        assert!(!filter.contains("msExchRe"), "{object_types:?}: {filter}");
    }
}

#[test]
fn an_object_of_a_domain_has_its_mail_or_any_smtp_proxy_address_there() {
    assert_eq!(
        built(&[], &["A.test", "bücher.test"], "", true).unwrap(),
        "(|(mail=*@a.test)(proxyAddresses=smtp:*@a.test)(mail=*@xn--bcher-kva.test)(proxyAddresses=smtp:*@xn--bcher-kva.test)\
         (mail=*@bücher.test)(proxyAddresses=smtp:*@bücher.test))"
    );
}

#[test]
fn ones_own_filter_has_to_hold_as_well() {
    for (own, expected) in [
        (
            "memberOf=CN=Staff",
            "(&(memberOf=CN=Staff)(objectClass=contact)(|(mail=*@a.test)(proxyAddresses=smtp:*@a.test)))",
        ),
        (
            "(&(a=1)(b=2))",
            "(&(a=1)(b=2)(objectClass=contact)(|(mail=*@a.test)(proxyAddresses=smtp:*@a.test)))",
        ),
        (
            "(|(a=1)(b=2))",
            "(&(|(a=1)(b=2))(objectClass=contact)(|(mail=*@a.test)(proxyAddresses=smtp:*@a.test)))",
        ),
    ] {
        assert_eq!(
            built(&[ObjectType::Contact], &["a.test"], own, false).unwrap(),
            expected
        );
    }
}

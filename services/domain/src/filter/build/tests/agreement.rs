//! Agreement of built filters with reading: an entry that a server lets through is read as one of the requested types
//! and domains.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::address::DomainName;
use crate::attribute::AddressAttributes;
use crate::filter::{BuildFilter, Comparison, Extensible, Filter, Substrings, build};
use crate::object::ObjectType;
use crate::reading::EntryReader;
use crate::reading::hints::{CLASSES, REMOTE_USER, Schema};

/// A server: the schemas that it knows, and if its entries have an `entryUUID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    ActiveDirectory,
    WithExchange,
    Other,
}

/// The attributes of an entry with their values.
type Entry = Vec<(&'static str, Vec<String>)>;

impl Server {
    fn knows_class(self, name: &str) -> bool {
        let type_class = CLASSES.iter().find(|class| class.name == name);
        type_class.is_none_or(|class| match class.schema {
            Schema::Standard => true,
            Schema::ActiveDirectory => self != Self::Other,
            Schema::Exchange => self == Self::WithExchange,
            Schema::NewerActiveDirectory => false,
        })
    }

    fn knows_attribute(self, name: &str) -> bool {
        match name {
            "msExchRecipientTypeDetails" | "msExchRemoteRecipientType" => self == Self::WithExchange,
            "proxyAddresses" => self != Self::Other,
            "entryUUID" => self == Self::Other,
            _ => true,
        }
    }

    /// Result of a filter for an entry; `None`: neither true nor false (RFC 4511 4.5.1.7).
    fn evaluate(self, filter: &Filter, entry: &Entry) -> Option<bool> {
        match filter {
            Filter::And(filters) => self.all(filters, entry),
            Filter::Or(filters) => {
                let none = filters.iter().map(|filter| Filter::Not(Box::new(filter.clone())));
                self.all(&none.collect::<Vec<_>>(), entry).map(|none| !none)
            }
            Filter::Not(filter) => self.evaluate(filter, entry).map(|holds| !holds),
            Filter::Present(attribute) => self.any(attribute.as_str(), entry, |_| true),
            Filter::Compare(attribute, Comparison::Equal, value) => {
                let value = std::str::from_utf8(value).unwrap();
                if attribute.as_str() == "objectClass" && !self.knows_class(value) {
                    return None;
                }
                self.any(attribute.as_str(), entry, |held| held.eq_ignore_ascii_case(value))
            }
            Filter::Substrings(attribute, parts) => {
                self.any(attribute.as_str(), entry, |held| matches(held, parts))
            }
            Filter::Extensible(Extensible {
                attribute: Some(attribute),
                rule: Some(rule),
                value,
                ..
            }) => {
                let number = |text: &str| text.parse::<i64>().unwrap();
                let bits = number(std::str::from_utf8(value).unwrap());
                let wanted = |held: &str| match rule.as_str() {
                    "1.2.840.113556.1.4.803" => number(held) & bits == bits,
                    "1.2.840.113556.1.4.804" => number(held) & bits != 0,
                    other => panic!("no such rule is named: {other}"),
                };
                self.any(attribute.as_str(), entry, wanted)
            }
            other => panic!("no such filter is built: {other}"),
        }
    }

    fn all(self, filters: &[Filter], entry: &Entry) -> Option<bool> {
        let results: Vec<_> = filters
            .iter()
            .map(|filter| self.evaluate(filter, entry))
            .collect();
        if results.contains(&Some(false)) {
            Some(false)
        } else {
            results.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
        }
    }

    fn any(self, attribute: &str, entry: &Entry, holds: impl Fn(&str) -> bool) -> Option<bool> {
        let values = entry
            .iter()
            .filter(|(name, _)| *name == attribute)
            .flat_map(|(_, values)| values);
        self.knows_attribute(attribute)
            .then(|| values.into_iter().any(|value| holds(value)))
    }
}

fn matches(held: &str, parts: &Substrings) -> bool {
    let lower = |bytes: &Option<Vec<u8>>| {
        let text = bytes.as_deref().map(|bytes| std::str::from_utf8(bytes).unwrap());
        text.unwrap_or_default().to_lowercase()
    };
    let (initial, last, held) = (lower(&parts.initial), lower(&parts.last), held.to_lowercase());
    assert!(parts.any.is_empty());
    held.strip_prefix(&initial)
        .is_some_and(|rest| rest.ends_with(&last))
}

/// A newer Active Directory than the filter counts on has the newer classes, of computers all.
fn class_of(server: Server) -> impl Strategy<Value = Vec<String>> {
    let known: Vec<Vec<_>> = CLASSES
        .iter()
        .filter_map(|class| match class.schema {
            Schema::NewerActiveDirectory if server == Server::Other => None,
            Schema::NewerActiveDirectory => Some(vec!["computer", class.name]),
            _ => server.knows_class(class.name).then(|| vec![class.name]),
        })
        .collect();
    let plain = subsequence(vec!["person", "inetOrgPerson", "posixGroup"], 0..=3);
    (prop::option::of(select(known)), plain).prop_map(|(type_class, plain)| {
        let classes = ["top"]
            .into_iter()
            .chain(type_class.into_iter().flatten())
            .chain(plain);
        classes.map(str::to_owned).collect()
    })
}

fn addresses() -> impl Strategy<Value = Vec<String>> {
    let prefix = select(vec!["smtp:", "SMTP:", "Smtp:", "X500:", "sip:"]);
    let domain = select(vec!["a.test", "A.Test", "b.test", "xa.test", "sub.a.test"]);
    vec(
        (prefix, domain).prop_map(|(prefix, domain)| format!("{prefix}ann@{domain}")),
        0..4,
    )
}

prop_compose! {
    fn entries(server: Server)(
        classes in class_of(server),
        value in prop::option::of(select(vec![
            1_i64, 2, 4, 16, 64, 128, 256, 2048, 4096, 32_768, REMOTE_USER, REMOTE_USER, 34_359_738_368, 8_388_608, 3, -1, 0,
            65_536,
        ])),
        remote in prop::option::of(select(vec![0_i64, 4, 32, 36, 64, 97, 100])),
        mail in prop::option::of(select(vec!["ann@a.test", "ann@A.TEST", "ann@b.test", "ann@xa.test"])),
        proxies in addresses(),
    ) -> Entry {
        let recipient_type = value.filter(|_| server == Server::WithExchange);
        let remote = remote.filter(|_| server == Server::WithExchange);
        let proxies = if server == Server::Other { Vec::new() } else { proxies };
        let uuid = (server == Server::Other).then(|| "d4c0a6e2-0000-4000-8000-000000000001".to_owned());
        vec![
            ("objectClass", classes),
            ("msExchRecipientTypeDetails", recipient_type.iter().map(ToString::to_string).collect()),
            ("msExchRemoteRecipientType", remote.iter().map(ToString::to_string).collect()),
            ("mail", mail.iter().map(ToString::to_string).collect()),
            ("proxyAddresses", proxies),
            ("entryUUID", uuid.into_iter().collect()),
        ]
    }
}

fn anything() -> impl Strategy<Value = (Server, Entry)> {
    let server = select(vec![Server::ActiveDirectory, Server::WithExchange, Server::Other]);
    server.prop_flat_map(|server| (Just(server), entries(server)))
}

/// The type and the domains of an entry as they are read.
fn read(entry: &Entry) -> (ObjectType, Vec<String>) {
    let attributes = AddressAttributes::parse(["proxyAddresses", "mail"]).unwrap();
    let mut reader = EntryReader::new(&attributes);
    for (name, values) in entry {
        reader.attribute(name, values);
    }
    let object = reader.finish(b"CN=Ann").object;
    let domains = object.claims.iter().filter_map(|claim| claim.address.valid());
    (
        object.object_type,
        domains.map(|address| address.domain().to_owned()).collect(),
    )
}

proptest! {
    #[test]
    fn a_filter_lets_through_what_is_read_as_asked_for(
        (server, entry) in anything(),
        object_types in subsequence(ObjectType::ALL.to_vec(), 0..=ObjectType::ALL.len()),
        domains in subsequence(vec!["a.test", "b.test", "c.test"], 0..=3),
    ) {
        let names: Vec<_> = domains.iter().map(|name| DomainName::parse(name).unwrap()).collect();
        let filter = build(&BuildFilter {
            object_types: &object_types,
            domains: &names,
            own: None,
            recipient_types: server == Server::WithExchange,
        });
        let (object_type, met) = read(&entry);
        let of_type = object_types.is_empty() || object_types.contains(&object_type);
        let of_domain = domains.is_empty() || met.iter().any(|domain| domains.contains(&domain.as_str()));
        let passes = filter.as_ref().is_none_or(|filter| server.evaluate(filter, &entry) == Some(true));
        prop_assert_eq!(passes, of_type && of_domain, "{:?} {:?}", filter.map(|filter| filter.to_string()), entry);
    }

    #[test]
    fn a_filter_of_ones_own_only_takes_away(
        (server, entry) in anything(),
        object_types in subsequence(ObjectType::ALL.to_vec(), 0..=ObjectType::ALL.len()),
        own in select(vec!["(mail=*)", "(!(mail=*))", "(&(mail=*)(objectClass=person))", "(|(mail=*)(objectClass=person))"]),
    ) {
        let own = Filter::parse(own).unwrap();
        let wanted = BuildFilter { object_types: &object_types, domains: &[], own: None, recipient_types: server == Server::WithExchange };
        let passes = |filter: Option<Filter>| filter.is_none_or(|filter| server.evaluate(&filter, &entry) == Some(true));
        let without = passes(build(&wanted));
        let with = passes(build(&BuildFilter { own: Some(&own), ..wanted }));
        prop_assert_eq!(with, without && passes(Some(own.clone())));
    }
}

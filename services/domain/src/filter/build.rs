//! A filter made from kinds of object and domains, for those who would rather not write one.

use std::iter;

use crate::address::DomainName;
use crate::attribute::{AttributeDescription, PROXY_ADDRESSES};
use crate::object::ObjectType;
use crate::reading::hints::{
    BY_DEFAULT, CLASSES, RECIPIENT_TYPE, RECIPIENT_TYPES, REMOTE_RECIPIENT_TYPE, REMOTE_USER,
    ROOM_OR_EQUIPMENT, Schema, TypeClass,
};
use crate::reading::prefix::PREFIXES;

use super::{Comparison, Extensible, Filter, Substrings};

/// Objects that a filter must match.
#[derive(Clone, Copy, Debug)]
pub struct BuildFilter<'a> {
    /// Kinds of object; none: all.
    pub object_types: &'a [ObjectType],
    /// Domains, one of which `mail` or a proxy address for e-mail must be in. None: any.
    pub domains: &'a [DomainName],
    /// The customer's own filter, which must match as well.
    pub own: Option<&'a Filter>,
    /// The directory's schema has `msExchRecipientTypeDetails`. Without it the attribute is not mentioned: a server may
    /// evaluate a condition on an unknown attribute to neither true nor false, and with it all that depends on it.
    pub recipient_types: bool,
}

/// The filter, or `None` if every object matches.
pub fn build(wanted: &BuildFilter<'_>) -> Option<Filter> {
    let mut conditions = match wanted.own {
        // One level less, so that a filter of the greatest depth is still valid.
        Some(Filter::And(conditions)) => conditions.clone(),
        own => own.cloned().into_iter().collect(),
    };
    conditions.extend(of_types(wanted));
    conditions.extend(of_domains(wanted.domains));
    all(conditions)
}

fn of_types(wanted: &BuildFilter<'_>) -> Option<Filter> {
    let is_wanted = |object_type| wanted.object_types.contains(&object_type);
    if wanted.object_types.is_empty() || ObjectType::ALL.iter().copied().all(is_wanted) {
        return None;
    }
    if !wanted.recipient_types {
        let by_class = by_class(is_wanted, otherwise_without_exchange);
        return Some(by_class.unwrap_or_else(nothing));
    }
    let mut any = recipient_types(is_wanted);
    any.extend(remote_mailbox(is_wanted));
    if let Some(by_class) = by_class(is_wanted, || {
        none_of(|class| class.schema != Schema::NewerActiveDirectory)
    }) {
        any.push(Filter::And(vec![shows_no_type(), by_class]));
    }
    one(any)
}

/// The values of Exchange's attribute that are of one of these types, whatever else the object shows.
fn recipient_types(is_wanted: impl Fn(ObjectType) -> bool) -> Vec<Filter> {
    let values = RECIPIENT_TYPES
        .iter()
        .filter(|(value, object_type)| *value != REMOTE_USER && is_wanted(*object_type));
    values
        .map(|(value, _)| equal(RECIPIENT_TYPE, &value.to_string()))
        .collect()
}

/// Exchange shows no type: its attribute is absent, or has a value of no meaning here.
fn shows_no_type() -> Filter {
    let values = RECIPIENT_TYPES.iter();
    let known = values.map(|(value, _)| equal(RECIPIENT_TYPE, &value.to_string()));
    not(Filter::Or(known.collect()))
}

/// The condition on a mailbox elsewhere that is of one of these types; `None` if none of them is of such a mailbox.
fn remote_mailbox(is_wanted: impl Fn(ObjectType) -> bool) -> Option<Filter> {
    let any = |bits| bits_of_remote(ANY_BIT, bits);
    let all = |bits| bits_of_remote(ALL_BITS, bits);
    let kinds = [
        (ObjectType::User, not(any(ROOM_OR_EQUIPMENT))),
        (
            ObjectType::Resource,
            Filter::And(vec![any(ROOM_OR_EQUIPMENT), not(all(ROOM_OR_EQUIPMENT))]),
        ),
        (ObjectType::SharedMailbox, all(ROOM_OR_EQUIPMENT)),
    ];
    let remote = equal(RECIPIENT_TYPE, &REMOTE_USER.to_string());
    if kinds.iter().all(|(object_type, _)| is_wanted(*object_type)) {
        return Some(remote);
    }
    let wanted = kinds
        .into_iter()
        .filter(|(object_type, _)| is_wanted(*object_type));
    let condition = one(wanted.map(|(_, condition)| condition).collect())?;
    Some(Filter::And(vec![remote, condition]))
}

/// Active Directory's matching rules for the bits of a number (MS-ADTS 3.1.1.3.4.4).
const ALL_BITS: &str = "1.2.840.113556.1.4.803";
const ANY_BIT: &str = "1.2.840.113556.1.4.804";

fn bits_of_remote(rule: &str, bits: i64) -> Filter {
    Filter::Extensible(Extensible {
        attribute: Some(AttributeDescription::known(REMOTE_RECIPIENT_TYPE)),
        dn_attributes: false,
        rule: Some(rule.to_owned()),
        value: bits.to_string().into_bytes(),
    })
}

/// The condition on the classes of an object of one of these types, as far as classes show them; `None` if no class
/// does. An object has one structural class, so no class needs to exclude another. Classes of newer versions of Active
/// Directory are not mentioned: an older version does not know them, and their objects have an older class as well.
fn by_class(is_wanted: impl Fn(ObjectType) -> bool, otherwise: impl FnOnce() -> Filter) -> Option<Filter> {
    let mut any =
        classes(|class| class.schema != Schema::NewerActiveDirectory && is_wanted(class.hint.object_type()));
    if is_wanted(BY_DEFAULT) {
        any.push(otherwise());
    }
    one(any)
}

/// Condition for objects without any class that shows the type, in a directory without Exchange's schema.
///
/// A server that does not know a class evaluates a condition on its name, and the negation of it, to neither true nor
/// false (RFC 4517 4.2.26). Exchange's classes are therefore not mentioned. For servers other than Active Directory,
/// which name their entries by `entryUUID`, the condition stands a second time without Active Directory's classes.
fn otherwise_without_exchange() -> Filter {
    let elsewhere = vec![
        present("entryUUID"),
        none_of(|class| class.schema == Schema::Standard),
    ];
    Filter::Or(vec![
        none_of(|class| matches!(class.schema, Schema::Standard | Schema::ActiveDirectory)),
        Filter::And(elsewhere),
    ])
}

fn none_of(is_wanted: impl Fn(&TypeClass) -> bool) -> Filter {
    not(Filter::Or(classes(is_wanted)))
}

fn classes(is_wanted: impl Fn(&TypeClass) -> bool) -> Vec<Filter> {
    let classes = CLASSES.iter().filter(|class| is_wanted(class));
    classes.map(|class| equal("objectClass", class.name)).collect()
}

/// A directory may have an internationalised name in either form.
fn of_domains(domains: &[DomainName]) -> Option<Filter> {
    let spellings = |domain: &DomainName| [Some(domain.as_str().to_owned()), domain.to_unicode()];
    let conditions = domains.iter().flat_map(spellings).flatten().flat_map(|name| {
        let domain = format!("@{name}");
        let mail = ends("mail", None, &domain);
        let proxies = PREFIXES.iter().map(move |prefix| {
            let initial = format!("{}:", prefix.name);
            ends(PROXY_ADDRESSES, Some(&initial), &domain)
        });
        iter::once(mail).chain(proxies)
    });
    one(conditions.collect())
}

fn ends(attribute: &str, initial: Option<&str>, last: &str) -> Filter {
    let bytes = |text: &str| text.as_bytes().to_vec();
    Filter::Substrings(
        AttributeDescription::known(attribute),
        Substrings {
            initial: initial.map(bytes),
            any: Vec::new(),
            last: Some(bytes(last)),
        },
    )
}

fn equal(attribute: &str, value: &str) -> Filter {
    Filter::Compare(
        AttributeDescription::known(attribute),
        Comparison::Equal,
        value.as_bytes().to_vec(),
    )
}

fn present(attribute: &str) -> Filter {
    Filter::Present(AttributeDescription::known(attribute))
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

/// A condition that no object matches, because all have a class.
fn nothing() -> Filter {
    not(present("objectClass"))
}

fn all(mut filters: Vec<Filter>) -> Option<Filter> {
    if filters.len() > 1 {
        return Some(Filter::And(filters));
    }
    filters.pop()
}

/// Matches if one of these does. Alternatives among them are merged into one list.
fn one(filters: Vec<Filter>) -> Option<Filter> {
    let mut any = Vec::with_capacity(filters.len());
    for filter in filters {
        match filter {
            Filter::Or(filters) => any.extend(filters),
            filter => any.push(filter),
        }
    }
    if any.len() > 1 {
        return Some(Filter::Or(any));
    }
    any.pop()
}

#[cfg(test)]
mod tests;

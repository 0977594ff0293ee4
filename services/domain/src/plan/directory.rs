//! One complete read of a directory, as flat arenas.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::ops::Range;

use crate::address::Address;
use crate::hint::{Hints, users_without_state};
use crate::id::ObjectId;
use crate::object::{Claim, ClaimedAddress, DirectoryObject, ObjectType, RefusedValue};

use super::arena::{Interner, Texts, index};
use super::names::AddressName;

/// One complete read of a directory. Objects are in the order of their ids, and an object's claims in the order of
/// their texts, whatever the order in which the server gave them.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub(super) ids: Interner,
    pub(super) dns: Texts,
    pub(super) addresses: Addresses,
    pub(super) refused: RefusedValues,
    pub(super) objects: Vec<ObjectEntry>,
    pub(super) claims: Vec<ClaimEntry>,
    is_ambiguous: bool,
}

/// Values that are refused for what they are, and what is known of them. Few values are, and so each fact is a list by
/// value.
#[derive(Clone, Debug, Default)]
pub(super) struct RefusedValues {
    texts: Texts,
    /// Values with an unknown prefix, and the domain of the address behind it.
    prefixed: Vec<(u32, u32)>,
    /// Values with invisible characters, and the addresses that they would be without them.
    freed: Vec<(u32, u32)>,
}

/// Addresses, each once, with their domains, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    texts: Interner,
    pub(super) domains: Interner,
    domain_of: Vec<u32>,
}

/// One object; its name is its position.
#[derive(Clone, Copy, Debug)]
pub(super) struct ObjectEntry {
    pub(super) id: u32,
    pub(super) dn: u32,
    pub(super) object_type: ObjectType,
    pub(super) disabled: bool,
    pub(super) hints: Hints,
    /// The `mail` value among the addresses.
    pub(super) mail: Option<u32>,
    /// The first of its claims, and the one after its last.
    pub(super) claims: (u32, u32),
    /// The claim of its primary address as it stands in the directory, once the read is whole.
    primary: Option<u32>,
}

/// One claim of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClaimEntry {
    /// Among the addresses, or among the refused values.
    pub(super) text: u32,
    pub(super) kind: ClaimKind,
    pub(super) primary: bool,
}

/// Kinds of claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ClaimKind {
    /// An address.
    Valid,
    /// A value that is none.
    Invalid,
    /// A value with a prefix that no address space has.
    UnknownPrefix,
}

impl ClaimEntry {
    /// The name of the address, if it is one.
    pub(super) fn address(self) -> Option<AddressName> {
        (self.kind == ClaimKind::Valid).then_some(self.text)
    }
}

impl RefusedValues {
    fn push(&mut self, value: &RefusedValue, addresses: &mut Addresses) -> u32 {
        let name = self.texts.push(&value.shown);
        let freed = value
            .freed
            .iter()
            .map(|address| (name, addresses.intern(address)));
        self.freed.extend(freed);
        name
    }

    /// True if two claims say the same: of refused values, each has a name of its own.
    fn are_same(&self, one: ClaimEntry, other: ClaimEntry) -> bool {
        let facts = |list, claim: ClaimEntry| Self::about(list, claim.text);
        one == other
            || one.address().is_none()
                && (one.kind, one.primary) == (other.kind, other.primary)
                && self.texts.get(one.text) == self.texts.get(other.text)
                && facts(&self.prefixed, one).eq(facts(&self.prefixed, other))
                && facts(&self.freed, one).eq(facts(&self.freed, other))
    }

    /// The facts of this list about a value.
    fn about(list: &[(u32, u32)], name: u32) -> impl Iterator<Item = u32> {
        let first = list.partition_point(|(other, _)| *other < name);
        list[first..]
            .iter()
            .take_while(move |(other, _)| *other == name)
            .map(|(_, fact)| *fact)
    }
}

impl Addresses {
    fn intern(&mut self, address: &Address) -> u32 {
        let name = self.texts.intern(address.as_str());
        if name as usize == self.domain_of.len() {
            self.domain_of.push(self.domains.intern(address.domain()));
        }
        name
    }

    pub(super) fn find(&self, address: &str) -> Option<u32> {
        self.texts.find(address)
    }

    pub(super) fn get(&self, name: u32) -> &str {
        self.texts.get(name)
    }

    pub(super) fn domain_of(&self, name: u32) -> u32 {
        self.domain_of[name as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}

impl ObjectEntry {
    /// The positions of its claims.
    pub(super) fn claims(&self) -> Range<usize> {
        self.claims.0 as usize..self.claims.1 as usize
    }
}

impl Directory {
    /// Collects a read, object by object.
    pub fn builder() -> DirectoryBuilder {
        DirectoryBuilder::default()
    }

    /// Number of objects that were read, each counted once.
    pub fn objects(&self) -> u64 {
        self.objects.len() as u64
    }

    /// True if the read has an object with this id.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.ids.find(id.as_str()).is_some()
    }

    /// Number of claims that they carry.
    pub fn claims(&self) -> u64 {
        self.claims.len() as u64
    }

    /// True if an object was not the same each time that it was met. Then what counts depends on which came last.
    pub fn is_ambiguous(&self) -> bool {
        self.is_ambiguous
    }

    /// Hints that some object shows.
    pub fn hints(&self) -> Hints {
        let shown = self.objects.iter().map(|object| object.hints);
        shown.fold(Hints::NONE, Hints::or)
    }

    /// Number of users, if none of them shows whether it is enabled or disabled; 0 if one does.
    pub fn users_without_state(&self) -> u64 {
        let users = self
            .objects
            .iter()
            .filter(|object| object.object_type == ObjectType::User);
        users_without_state(users.map(|user| user.hints))
    }

    /// The text of a claim as it is shown.
    pub(super) fn claim_text(&self, claim: ClaimEntry) -> &str {
        match claim.address() {
            Some(address) => self.addresses.get(address),
            None => self.refused.texts.get(claim.text),
        }
    }

    /// The domain of the address behind an unknown prefix, among the domains of the addresses.
    pub(super) fn domain_after_prefix(&self, claim: ClaimEntry) -> Option<u32> {
        match claim.kind {
            ClaimKind::Valid | ClaimKind::Invalid => None,
            ClaimKind::UnknownPrefix => RefusedValues::about(&self.refused.prefixed, claim.text).next(),
        }
    }

    /// The addresses that a refused value would be without its invisible characters.
    pub(super) fn freed(&self, claim: ClaimEntry) -> impl Iterator<Item = AddressName> {
        let list: &[(u32, u32)] = match claim.kind {
            ClaimKind::Valid => &[],
            ClaimKind::Invalid | ClaimKind::UnknownPrefix => &self.refused.freed,
        };
        RefusedValues::about(list, claim.text)
    }

    /// The primary address of an object as it stands in the directory.
    pub(super) fn primary_of(&self, object: &ObjectEntry) -> Option<ClaimEntry> {
        object.primary.map(|claim| self.claims[claim as usize])
    }

    /// Of several primary claims that of the `mail` value, otherwise the lowest. A value that is not an address counts
    /// only if there is no other. Decided once for each object, because each of its rows shows it.
    fn find_primary(&self, object: &ObjectEntry) -> Option<u32> {
        let rank = |claim: &u32| {
            let claim = self.claims[*claim as usize];
            (
                claim.kind,
                claim.address().is_none() || claim.address() != object.mail,
            )
        };
        let claims = object.claims().map(index);
        claims
            .filter(|claim| self.claims[*claim as usize].primary)
            .min_by_key(rank)
    }
}

/// Collects a read, object by object. Where an object is met again the later one counts.
#[derive(Clone, Debug, Default)]
pub struct DirectoryBuilder {
    ids: Interner,
    dns: Texts,
    addresses: Addresses,
    refused: RefusedValues,
    /// By id; each as last seen.
    objects: Vec<ObjectEntry>,
    /// In the order of arrival, those of replaced objects among them.
    claims: Vec<ClaimEntry>,
    is_ambiguous: bool,
}

impl DirectoryBuilder {
    /// Takes one object.
    pub fn push(&mut self, object: impl Borrow<DirectoryObject>) -> &mut Self {
        let object = object.borrow();
        let id = self.ids.intern(object.id.as_str());
        let dn = self.dns.push(&object.dn);
        let mail = object.mail.as_ref().map(|mail| self.addresses.intern(mail));
        let start = index(self.claims.len());
        for claim in &object.claims {
            let entry = self.claim(claim);
            self.claims.push(entry);
        }
        let entry = ObjectEntry {
            id,
            dn,
            object_type: object.object_type,
            disabled: object.disabled,
            hints: object.hints,
            mail,
            claims: (start, index(self.claims.len())),
            primary: None,
        };
        match self.objects.get(id as usize) {
            Some(earlier) => {
                self.is_ambiguous |= !self.are_same(earlier, &entry);
                self.objects[id as usize] = entry;
            }
            None => self.objects.push(entry),
        }
        self
    }

    /// True if an object is as it was when it was met before, with its claims in the same order.
    fn are_same(&self, earlier: &ObjectEntry, later: &ObjectEntry) -> bool {
        let facts = |object: &ObjectEntry| (object.object_type, object.disabled, object.hints, object.mail);
        let (one, other) = (&self.claims[earlier.claims()], &self.claims[later.claims()]);
        facts(earlier) == facts(later)
            && self.dns.get(earlier.dn) == self.dns.get(later.dn)
            && one.len() == other.len()
            && one
                .iter()
                .zip(other)
                .all(|(one, other)| self.refused.are_same(*one, *other))
    }

    fn claim(&mut self, claim: &Claim) -> ClaimEntry {
        let (text, kind) = match &claim.address {
            ClaimedAddress::Valid(address) => (self.addresses.intern(address), ClaimKind::Valid),
            ClaimedAddress::Invalid(value) => {
                let text = self.refused.push(value, &mut self.addresses);
                (text, ClaimKind::Invalid)
            }
            ClaimedAddress::UnknownPrefix(value, domain) => {
                let text = self.refused.push(value, &mut self.addresses);
                let domain = self.addresses.domains.intern(domain.as_str());
                self.refused.prefixed.push((text, domain));
                (text, ClaimKind::UnknownPrefix)
            }
        };
        ClaimEntry {
            text,
            kind,
            primary: claim.primary,
        }
    }

    /// True if an object with this id was taken.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.ids.find(id.as_str()).is_some()
    }

    /// Number of objects taken, each counted once.
    pub fn objects(&self) -> u64 {
        self.objects.len() as u64
    }

    /// The whole read, in an order that does not depend on that of arrival.
    pub fn finish(self) -> Directory {
        let mut directory = Directory {
            ids: self.ids,
            dns: self.dns,
            addresses: self.addresses,
            refused: self.refused,
            objects: self.objects,
            claims: Vec::with_capacity(self.claims.len()),
            is_ambiguous: self.is_ambiguous,
        };
        let mut objects = std::mem::take(&mut directory.objects);
        objects.sort_unstable_by(|a, b| directory.ids.get(a.id).cmp(directory.ids.get(b.id)));
        let mut own = Vec::new();
        for object in &mut objects {
            own.clear();
            own.extend_from_slice(&self.claims[object.claims()]);
            let start = index(directory.claims.len());
            directory.take_claims(&mut own);
            object.claims = (start, index(directory.claims.len()));
            object.primary = directory.find_primary(object);
        }
        directory.objects = objects;
        directory
    }
}

impl Directory {
    /// Appends an object's claims by their texts, each address and each refused value once: primary beats alias.
    fn take_claims(&mut self, claims: &mut Vec<ClaimEntry>) {
        claims.sort_unstable_by(|a, b| {
            let texts = self.claim_text(*a).cmp(self.claim_text(*b));
            texts
                .then(a.kind.cmp(&b.kind))
                .then(Reverse(a.primary).cmp(&Reverse(b.primary)))
        });
        claims.dedup_by(|later, kept| {
            let is_address = |claim: &ClaimEntry| claim.address().is_some();
            is_address(later) == is_address(kept) && self.claim_text(*later) == self.claim_text(*kept)
        });
        self.claims.extend_from_slice(claims);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{ClaimedAddress, RefusedValue};

    fn object(values: &[(&str, Option<&str>)]) -> DirectoryObject {
        let claim = |(shown, freed): &(&str, Option<&str>)| Claim {
            address: match Address::parse(shown) {
                Ok(address) => ClaimedAddress::Valid(address),
                Err(_) => ClaimedAddress::Invalid(RefusedValue {
                    freed: freed.iter().map(|text| Address::parse(text).unwrap()).collect(),
                    ..RefusedValue::new(*shown)
                }),
            },
            primary: false,
        };
        DirectoryObject {
            id: ObjectId::from_canonical("ann").unwrap(),
            dn: "CN=Ann".to_owned(),
            object_type: ObjectType::User,
            disabled: false,
            hints: Hints::NONE,
            mail: None,
            claims: values.iter().map(claim).collect(),
        }
    }

    fn is_ambiguous(other: &DirectoryObject) -> bool {
        let mut builder = Directory::builder();
        builder.push(object(&[("a@a.test", None), ("hidden", Some("b@a.test"))]));
        builder.push(other);
        builder.finish().is_ambiguous()
    }

    #[test]
    fn an_object_that_is_met_again_as_it_was_leaves_no_doubt() {
        let same = object(&[("a@a.test", None), ("hidden", Some("b@a.test"))]);
        assert!(!is_ambiguous(&same));
        let moved = DirectoryObject {
            dn: "CN=Ann,OU=New".to_owned(),
            ..same.clone()
        };
        let disabled = DirectoryObject {
            disabled: true,
            ..same
        };
        let others = [
            moved,
            disabled,
            object(&[("a@a.test", None)]),
            object(&[("c@a.test", None), ("hidden", Some("b@a.test"))]),
            object(&[("a@a.test", None), ("hidden", Some("c@a.test"))]),
            object(&[("a@a.test", None), ("hidden", None)]),
        ];
        for other in others {
            assert!(is_ambiguous(&other), "{other:?}");
        }
    }
}

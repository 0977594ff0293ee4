//! Directories as bytes, with all that real ones hold at once, read and decided on.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::attribute::AddressAttributes;
use crate::id::{AccountId, ObjectId};
use crate::object::{AddressType, DirectoryObject, Origin};
use crate::plan::{Portal, Removal, SameUsername, Withholding};
use crate::reading::EntryReader;
use crate::verdict::{Reason, Verdict};

use super::worlds::{RandomWorld, any_world, object_id};

/// One value of an attribute.
#[derive(Clone, Debug)]
struct Value {
    attribute: &'static str,
    prefix: &'static str,
    address: String,
    spoilt: Spoilt,
}

/// Place of an invisible character, or of bytes that are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spoilt {
    Nowhere,
    BeforePrefix,
    InPrefix,
    InAddress,
    NoText,
}

/// An entry of the directory.
#[derive(Clone, Debug)]
struct Entry {
    values: Vec<Value>,
    hints: Vec<(&'static str, &'static str)>,
}

impl Value {
    fn bytes(&self) -> Vec<u8> {
        let Self { prefix, address, .. } = self;
        let text = match self.spoilt {
            Spoilt::Nowhere => format!("{prefix}{address}"),
            Spoilt::BeforePrefix => format!("\u{feff}{prefix}{address}"),
            Spoilt::InPrefix => match prefix.split_at_checked(2) {
                Some((start, end)) => format!("{start}\u{ad}{end}{address}"),
                None => format!("\u{ad}{prefix}{address}"),
            },
            Spoilt::InAddress => format!("{prefix}{}", address.replacen('@', "\u{200b}@", 1)),
            Spoilt::NoText => return [prefix.as_bytes(), b"\xff", address.as_bytes()].concat(),
        };
        text.into_bytes()
    }
}

impl Entry {
    fn read(&self, number: usize, attributes: &AddressAttributes) -> DirectoryObject {
        let mut reader = EntryReader::new(attributes);
        for value in &self.values {
            reader.attribute(value.attribute, [value.bytes()]);
        }
        for (name, value) in &self.hints {
            reader.attribute(name, [value.as_bytes()]);
        }
        let object = reader.finish(format!("CN=Object {number}").as_bytes()).object;
        DirectoryObject {
            id: object_id(number),
            ..object
        }
    }
}

type Entries = BTreeMap<usize, Entry>;

fn attributes() -> AddressAttributes {
    AddressAttributes::parse(["proxyAddresses", "mail", "otherMailbox"]).unwrap()
}

fn objects(entries: &Entries) -> Vec<DirectoryObject> {
    let attributes = attributes();
    let read = |(number, entry): (&usize, &Entry)| entry.read(*number, &attributes);
    entries.iter().map(read).collect()
}

prop_compose! {
    fn value(attributes: Vec<&'static str>)(
        attribute in select(attributes),
        prefix in select(vec!["SMTP:", "SMTP:", "smtp:", "smtp:", "sMtP:", " smtp :", "X500:", "stmp:", ":", ""]),
        name in select(vec!["ann", "bob", "cy", "Dee", "no address"]),
        domain in select(vec!["main.test", "main.test", "Second.test", "alias.test", "other.test", "nobody.test"]),
        blank in prop::bool::weighted(0.1),
        spoilt in prop_oneof![
            8 => Just(Spoilt::Nowhere),
            1 => Just(Spoilt::BeforePrefix),
            1 => Just(Spoilt::InPrefix),
            1 => Just(Spoilt::InAddress),
            1 => Just(Spoilt::NoText),
        ],
    ) -> Value {
        let blank = if blank { " " } else { "" };
        Value { attribute, prefix, address: format!("{blank}{name}@{domain}{blank}"), spoilt }
    }
}

prop_compose! {
    fn entry(attributes: Vec<&'static str>)(
        values in vec(value(attributes), 0..6),
        hints in vec(select(vec![
            ("objectClass", "group"),
            ("userAccountControl", "514"),
            ("userAccountControl", "512"),
            ("msExchRecipientTypeDetails", "4"),
            ("msExchRecipientTypeDetails", "3"),
            ("msExchRemoteRecipientType", "96"),
        ]), 0..2),
    ) -> Entry {
        Entry { values, hints }
    }
}

/// A world whose objects are read from entries.
fn any_directory(attributes: &[&'static str]) -> impl Strategy<Value = (RandomWorld, Entries)> {
    let entries = btree_map(0..7_usize, entry(attributes.to_vec()), 0..6);
    (any_world(), entries).prop_map(|(world, entries)| {
        let world = RandomWorld {
            objects: objects(&entries),
            withholding: Withholding::default(),
            ..world
        };
        (world, entries)
    })
}

const ALL: [&str; 5] = [
    "proxyAddresses",
    "proxyAddresses",
    "proxyAddresses",
    "mail",
    "otherMailbox",
];

/// The portal once the directory was synced.
fn settled(world: &RandomWorld) -> Portal {
    let (directory, portal) = (world.directory(), world.portal());
    portal.apply(&world.plan(&directory, &portal))
}

/// The synced addresses of each live account that belongs to an object, the primary first. `stale`: those that are stale
/// too. A manual address may stay only because the claim of another object is refused for it.
fn of_objects(portal: &Portal, stale: bool) -> BTreeMap<AccountId, (ObjectId, Vec<String>)> {
    let live = portal.iter().filter(|account| !account.removed);
    live.filter_map(|account| {
        let shown = account
            .addresses
            .iter()
            .filter(|state| state.origin == Origin::Synced && (stale || state.stale_since.is_none()));
        let addresses = shown.map(|state| state.address.as_str().to_owned()).collect();
        Some((account.id, (account.object_id.clone()?, addresses)))
    })
    .collect()
}

proptest! {
    #[test]
    fn what_is_read_comes_to_the_same_in_any_order_and_settles_at_once(
        ((world, _), entries) in any_directory(&ALL).prop_flat_map(|(world, entries)| {
            let shuffled: Vec<_> = entries.iter().map(|(number, entry)| {
                let hints = entry.hints.clone();
                let number = *number;
                Just(entry.values.clone()).prop_shuffle().prop_map(move |values| {
                    (number, Entry { values, hints: hints.clone() })
                })
            }).collect();
            (Just((world, entries)), shuffled.prop_shuffle())
        })
    ) {
        let mut other = world.clone();
        let attributes = attributes();
        other.objects = entries.iter().map(|(number, entry)| entry.read(*number, &attributes)).collect();
        let (directory, other_directory, portal) = (world.directory(), other.directory(), world.portal());
        let (plan, other_plan) = (world.plan(&directory, &portal), other.plan(&other_directory, &portal));
        prop_assert_eq!(plan.rows.iter().collect::<Vec<_>>(), other_plan.rows.iter().collect::<Vec<_>>());
        prop_assert_eq!(&plan.changes, &other_plan.changes);
        let after = portal.apply(&plan);
        let again = world.plan(&directory, &after);
        prop_assert!(again.changes.is_empty(), "{:#?}", again.changes);
    }

    #[test]
    fn characters_that_nobody_sees_remove_no_address(
        (world, entries, spoilt) in any_directory(&["proxyAddresses"]).prop_flat_map(|(world, entries)| {
            let values = entries.values().map(|entry| entry.values.len()).sum::<usize>();
            let place = select(vec![
                Spoilt::Nowhere, Spoilt::BeforePrefix, Spoilt::InPrefix, Spoilt::InAddress,
            ]);
            (Just(world), Just(entries), vec(place, values))
        })
    ) {
        let mut entries = entries;
        let values = |entries: &mut Entries, spoil: &mut dyn FnMut(&mut Value)| {
            let values = entries.values_mut().flat_map(|entry| &mut entry.values);
            values.filter(|value| value.spoilt != Spoilt::NoText).for_each(spoil);
        };
        values(&mut entries, &mut |value| value.spoilt = Spoilt::Nowhere);
        for entry in entries.values_mut() {
            // What an object has twice, and once soundly, is what the sound value says.
            let mut met = BTreeSet::new();
            entry.values.retain(|value| met.insert(value.address.trim().to_lowercase()));
        }
        let sound = RandomWorld { objects: objects(&entries), ..world };
        let portal = settled(&sound);
        let claimed: BTreeSet<_> = sound.objects.iter().flat_map(|object| {
            let valid = object.claims.iter().filter_map(|claim| claim.address.valid());
            valid.map(|address| (object.id.to_string(), address.as_str().to_owned()))
        }).collect();
        let mut spoilt = spoilt.into_iter();
        values(&mut entries, &mut |value| value.spoilt = spoilt.next().unwrap_or(Spoilt::Nowhere));
        let world = RandomWorld { objects: objects(&entries), ..sound };
        let directory = world.directory();
        // New accounts have other ids than those of the first sync.
        let plan = world.plan_from(5000, &directory, &portal);
        // An alias that is sound takes the place of a spoilt primary, and makes duplicates of its object's other ones.
        let duplicates: BTreeSet<_> = plan.rows.iter()
            .filter(|row| row.verdict == Verdict::Skip && row.reason == Some(Reason::DuplicateUsername))
            .filter_map(|row| Some((row.object_id?.to_owned(), row.address.to_owned())))
            .collect();
        let after = of_objects(&portal.apply(&plan), true);
        let live: BTreeSet<_> = after.values().flat_map(|(_, addresses)| addresses).collect();
        for (object, addresses) in of_objects(&portal, true).values() {
            for address in addresses {
                let own = (object.to_string(), address.clone());
                // Another's claim that is refused may have kept an address, and keeps it no more once it is spoilt.
                if claimed.contains(&own) && !duplicates.contains(&own) {
                    prop_assert!(live.contains(address), "{} of {:?} is gone", address, object);
                }
            }
        }
    }

    #[test]
    fn copies_of_any_objects_take_no_address_that_an_account_keeps(
        (world, entries) in any_directory(&ALL),
        copied in vec(0..7_usize, 1..4),
    ) {
        let portal = settled(&world);
        let mut entries = entries;
        for number in copied {
            if let Some(mut copy) = entries.get(&number).cloned() {
                for value in &mut copy.values {
                    value.attribute = "otherMailbox";
                }
                // Some ids are lower than that of what was copied.
                entries.insert(if number % 2 == 0 { number + 100 } else { number * 10 }, copy);
            }
        }
        let world = RandomWorld { objects: objects(&entries), ..world };
        let directory = world.directory();
        let after = portal.apply(&world.plan_from(5000, &directory, &portal));
        let (before, after) = (of_objects(&portal, false), of_objects(&after, true));
        for (account, (object, addresses)) in before {
            let Some(known) = world.objects.iter().find(|known| known.id == object) else {
                continue;
            };
            let claims = |address: &str| {
                let mut valid = known.claims.iter().filter_map(|claim| claim.address.valid());
                valid.any(|claimed| claimed.as_str() == address)
            };
            let kept = after.get(&account).map(|(_, kept)| kept.as_slice()).unwrap_or_default();
            for address in addresses.iter().filter(|address| claims(address)) {
                prop_assert!(kept.contains(address), "{} of {:?} is lost", address, object);
            }
        }
    }

    #[test]
    fn an_object_keeps_one_address_of_a_username_portion_and_domain_aliases_of_it((mut world, _) in any_directory(&ALL)) {
        world.rules.same_username = SameUsername::Skip;
        let (directory, portal) = (world.directory(), world.portal());
        let plan = world.plan(&directory, &portal);
        let mut kept = BTreeMap::new();
        for row in plan.rows.iter() {
            let is_kept = matches!(row.verdict, Verdict::Add | Verdict::Keep | Verdict::Update);
            let Some(object) = row.object_id.filter(|_| is_kept) else { continue };
            let (username, domain) = row.address.rsplit_once('@').unwrap();
            if row.address_type == Some(AddressType::DomainAlias) {
                prop_assert_eq!(domain, "alias.test");
            } else {
                let other = kept.insert((object.to_owned(), username.to_owned()), row.address);
                prop_assert_eq!(other, None, "{:?}", row);
            }
        }
    }

    #[test]
    fn with_remove_accounts_on_nothing_stays_but_for_a_reason((mut world, _) in any_directory(&ALL)) {
        world.rules.removal = Removal::On { keep_manual: false };
        let portal = settled(&world);
        let directory = world.directory();
        let plan = world.plan(&directory, &portal);
        for account in portal.iter().filter(|account| !account.removed) {
            for state in &account.addresses {
                let rows = || plan.rows.iter().filter(|row| row.address == state.address.as_str());
                let is_kept = rows().any(|row| row.object_id.is_some() && row.verdict == Verdict::Keep);
                let is_spoilt = rows().any(|row| row.reason == Some(Reason::Spoilt));
                let refuses = rows().any(|row| row.reason == Some(Reason::InterferesWithPortalAccount));
                prop_assert!(
                    account.is_protected || is_kept || is_spoilt || refuses,
                    "{} stays: {:?}", state.address, rows().collect::<Vec<_>>()
                );
            }
        }
    }
}

//! Small random worlds in which everybody wants the same: few domains, few names, all settings.

use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use uuid::Uuid;

use crate::address::{Address, DomainName};
use crate::hint::Hints;
use crate::id::{AccountId, ObjectId};
use crate::object::{AddressType, Claim, ClaimedAddress, DirectoryObject, ObjectType, Origin, RefusedValue};
use crate::plan::{
    AccountState, AddressState, Directory, Pace, Plan, Portal, Removal, Rules, SameUsername, TenantDomains,
    Withholding, plan,
};

/// `alias.test` is an alias of `main.test`; `other.test` and `nobody.test` are not the tenant's.
const DOMAINS: [&str; 5] = [
    "main.test",
    "second.test",
    "alias.test",
    "other.test",
    "nobody.test",
];
const USERNAMES: [&str; 4] = ["ann", "bob", "cy", "dee"];

/// Everything that a plan is made of.
#[derive(Clone, Debug)]
pub(crate) struct RandomWorld {
    pub(crate) rules: Rules,
    pub(crate) domains: TenantDomains,
    pub(crate) objects: Vec<DirectoryObject>,
    pub(crate) accounts: Vec<AccountState>,
    pub(crate) withholding: Withholding,
}

impl RandomWorld {
    pub(crate) fn directory(&self) -> Directory {
        let mut builder = Directory::builder();
        for object in &self.objects {
            builder.push(object.clone());
        }
        builder.finish()
    }

    pub(crate) fn portal(&self) -> Portal {
        self.accounts.iter().cloned().collect()
    }

    /// The plan on a directory and a portal of this world, with new accounts numbered from 1000.
    pub(crate) fn plan<'a>(&'a self, directory: &'a Directory, portal: &'a Portal) -> Plan<'a> {
        self.plan_from(1000, directory, portal)
    }

    /// The same, with new accounts numbered from `last` on.
    pub(crate) fn plan_from<'a>(
        &'a self,
        mut last: u128,
        directory: &'a Directory,
        portal: &'a Portal,
    ) -> Plan<'a> {
        let mut new_id = || {
            last += 1;
            account_id(last)
        };
        plan(
            &self.rules,
            &self.domains,
            directory,
            portal,
            &self.withholding,
            now(),
            Pace::unhurried(),
            &mut new_id,
        )
        .unwrap()
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn long_ago() -> Timestamp {
    Timestamp::from_second(1_600_000_000).unwrap()
}

pub(crate) fn account_id(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn object_id(number: usize) -> ObjectId {
    ObjectId::from_canonical(&format!("object {number}")).unwrap()
}

fn addresses() -> Vec<Address> {
    let parse = |name: &str, domain: &str| Address::parse(&format!("{name}@{domain}")).unwrap();
    DOMAINS
        .iter()
        .flat_map(|domain| USERNAMES.iter().map(move |name| parse(name, domain)))
        .collect()
}

prop_compose! {
    /// Any world at all.
    pub(crate) fn any_world()(
        rules in rules(),
        owned in prop_oneof![3 => Just(3_usize), 1 => 1..3_usize],
        objects in objects(),
        accounts in accounts(),
        withholding in withholding(),
    ) -> RandomWorld {
        let name = |name: &str| DomainName::parse(name).unwrap();
        let alias_of = |domain: &str| (domain == "alias.test").then(|| name("main.test"));
        RandomWorld {
            rules,
            domains: TenantDomains::new(DOMAINS[..owned].iter().map(|domain| (name(domain), alias_of(domain)))),
            objects,
            accounts,
            withholding,
        }
    }
}

prop_compose! {
    fn withholding()(
        removals_paused in prop::bool::weighted(0.15),
        other_server in prop::bool::weighted(0.25),
        approved in prop_oneof![2 => Just(None), 1 => subsequence(addresses(), 0..=addresses().len()).prop_map(Some)],
    ) -> Withholding {
        let texts = |addresses: Vec<Address>| addresses.iter().map(ToString::to_string).collect();
        Withholding { removals_paused, other_server, approved: approved.map(texts) }
    }
}

fn object_type() -> impl Strategy<Value = ObjectType> {
    prop_oneof![
        4 => Just(ObjectType::User),
        1 => Just(ObjectType::Group),
        1 => Just(ObjectType::SharedMailbox),
    ]
}

prop_compose! {
    fn rules()(
        types in prop_oneof![3 => Just(Vec::new()), 1 => Just(vec![ObjectType::User])],
        domains in prop_oneof![4 => Just(Vec::new()), 1 => subsequence(DOMAINS.to_vec(), 1..4)],
        exclude_disabled in any::<bool>(),
        same_username in select(vec![SameUsername::Skip, SameUsername::Import]),
        removal in select(vec![Removal::Off, Removal::On { keep_manual: false }, Removal::On { keep_manual: true }]),
        send_hsr in any::<bool>(),
        send_welcome in any::<bool>(),
    ) -> Rules {
        Rules {
            object_types: types,
            domains: domains.into_iter().map(|domain| DomainName::parse(domain).unwrap()).collect(),
            exclude_disabled,
            same_username,
            removal,
            send_hsr,
            send_welcome,
        }
    }
}

fn objects() -> impl Strategy<Value = Vec<DirectoryObject>> {
    btree_map(0..7_usize, object(), 0..6).prop_map(|objects| {
        let with_id = |(number, object): (usize, DirectoryObject)| DirectoryObject {
            id: object_id(number),
            dn: format!("CN=Object {number}"),
            ..object
        };
        objects.into_iter().map(with_id).collect()
    })
}

prop_compose! {
    fn object()(
        object_type in object_type(),
        disabled in prop::bool::weighted(0.15),
        mail in prop_oneof![2 => Just(None), 1 => select(addresses()).prop_map(Some)],
        claims in vec((select(addresses()), prop::bool::weighted(0.35)), 0..6),
        invalid in prop::bool::weighted(0.1),
        spoilt in prop_oneof![4 => Just(Vec::new()), 1 => subsequence(addresses(), 1..3)],
    ) -> DirectoryObject {
        let claim = |(address, primary)| Claim { address: ClaimedAddress::Valid(address), primary };
        let nonsense = Claim { address: ClaimedAddress::Invalid(RefusedValue::new("no address")), primary: true };
        let spoilt = spoilt.into_iter().map(|address| Claim {
            address: ClaimedAddress::Invalid(RefusedValue {
                shown: format!("spoilt {address}"),
                freed: vec![address],
            }),
            primary: false,
        });
        DirectoryObject {
            id: object_id(0),
            dn: String::new(),
            object_type,
            disabled,
            hints: Hints::NONE,
            mail,
            claims: claims.into_iter().map(claim).chain(invalid.then_some(nonsense)).chain(spoilt).collect(),
        }
    }
}

/// A random account before the addresses are dealt.
#[derive(Clone, Debug)]
struct Hand {
    object: Option<usize>,
    object_type: ObjectType,
    origin: Origin,
    hsr_enabled: bool,
    is_protected: bool,
    removed: bool,
    manual: Vec<bool>,
    stale: Vec<bool>,
    addresses: usize,
}

prop_compose! {
    fn hand()(
        object in prop_oneof![2 => Just(None), 3 => (0..9_usize).prop_map(Some)],
        object_type in object_type(),
        adopted in prop::bool::weighted(0.4),
        hsr_enabled in any::<bool>(),
        is_protected in prop::bool::weighted(0.12),
        removed in prop::bool::weighted(0.15),
        manual in vec(prop::bool::weighted(0.3), 4),
        stale in vec(prop::bool::weighted(0.3), 4),
        addresses in 1..4_usize,
    ) -> Hand {
        let origin = if adopted || object.is_none() { Origin::Manual } else { Origin::Synced };
        Hand { object, object_type, origin, hsr_enabled, is_protected: is_protected && !removed, removed, manual, stale, addresses }
    }
}

/// Accounts of which no two name the same object or have the same address, as the portal ensures.
fn accounts() -> impl Strategy<Value = Vec<AccountState>> {
    (vec(hand(), 0..6), Just(addresses()).prop_shuffle()).prop_map(|(hands, deck)| {
        let mut deck = deck
            .into_iter()
            .filter(|address| address.domain() != "other.test");
        let mut objects = Vec::new();
        let mut accounts = Vec::new();
        for (number, mut hand) in (1..).zip(hands) {
            if let Some(object) = hand.object {
                if objects.contains(&object) {
                    continue;
                }
                objects.push(object);
            }
            if hand.object.is_none() {
                hand.manual = vec![true; 4];
            }
            let dealt: Vec<Address> = deck.by_ref().take(hand.addresses).collect();
            if !dealt.is_empty() {
                accounts.push(account(account_id(number), &hand, dealt));
            }
        }
        accounts
    })
}

fn account(id: AccountId, hand: &Hand, dealt: Vec<Address>) -> AccountState {
    let state = |(position, address): (usize, Address)| AddressState {
        address_type: match (position, address.domain()) {
            (0, _) => AddressType::Primary,
            (_, "alias.test") => AddressType::DomainAlias,
            _ => AddressType::Alias,
        },
        address,
        origin: if hand.manual[position] {
            Origin::Manual
        } else {
            Origin::Synced
        },
        stale_since: (hand.stale[position] && !hand.manual[position]).then(long_ago),
    };
    let addresses: Vec<AddressState> = dealt.into_iter().enumerate().map(state).collect();
    let mut synced = addresses
        .iter()
        .filter(|state| state.origin == Origin::Synced)
        .peekable();
    let all_stale = synced.peek().is_some() && synced.all(|state| state.stale_since.is_some());
    AccountState {
        id,
        object_id: hand.object.map(object_id),
        object_type: hand.object_type,
        origin: hand.origin,
        hsr_enabled: hand.hsr_enabled,
        is_protected: hand.is_protected,
        stale_since: all_stale.then(long_ago),
        removed: hand.removed,
        addresses,
    }
}

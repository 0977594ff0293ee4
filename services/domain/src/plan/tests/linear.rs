//! No input makes a plan cost the product of two things that a tenant can have many of.
//!
//! Each test measures the processor time of this thread for a world and for one four times as large, so that other load
//! on the machine does not count. Linear work takes four times as long, quadratic work sixteen times.

use std::time::Duration;

use crate::address::{Address, DomainName};
use crate::hint::Hints;
use crate::object::{AddressType, Claim, ClaimedAddress, DirectoryObject, ObjectType, Origin, RefusedValue};
use crate::plan::{
    AccountState, AddressState, Directory, Pace, Plan, PlanError, Portal, Removal, Rules, TenantDomains,
    Withholding, plan,
};

use super::worlds::{account_id, now, object_id};

/// The kernel may count the processor's time in steps of this.
const GRAIN: Duration = Duration::from_millis(30);

/// A world that grows.
struct World {
    rules: Rules,
    domains: TenantDomains,
    directory: Directory,
    portal: Portal,
    withholding: Withholding,
}

impl World {
    fn new(objects: Vec<DirectoryObject>, accounts: Vec<AccountState>) -> Self {
        let mut directory = Directory::builder();
        for object in objects {
            directory.push(object);
        }
        Self {
            rules: Rules::default(),
            domains: TenantDomains::new([(domain("a.test"), None)]),
            directory: directory.finish(),
            portal: accounts.into_iter().collect(),
            withholding: Withholding::default(),
        }
    }

    fn plan(&self) -> Plan<'_> {
        self.plan_at(Pace::unhurried()).unwrap()
    }

    fn plan_at(&self, pace: Pace) -> Result<Plan<'_>, PlanError> {
        let mut last = 1_000_000;
        let mut new_id = || {
            last += 1;
            account_id(last)
        };
        plan(
            &self.rules,
            &self.domains,
            &self.directory,
            &self.portal,
            &self.withholding,
            now(),
            pace,
            &mut new_id,
        )
    }

    /// The processor's time for a plan with all its rows.
    fn cost(&self) -> Duration {
        let before = processor_time();
        let rows = self
            .plan()
            .rows
            .iter()
            .filter(|row| row.directory_primary.is_some())
            .count();
        std::hint::black_box(rows);
        processor_time().saturating_sub(before)
    }
}

/// Processor time of this thread.
fn processor_time() -> Duration {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = statistics.split(' ').next().unwrap();
    Duration::from_nanos(nanoseconds.parse().unwrap())
}

fn assert_grows_as_its_size(world: impl Fn(usize) -> World, size: usize) {
    let (small, large) = (world(size), world(4 * size));
    let (small, large) = (small.cost().min(small.cost()), large.cost().min(large.cost()));
    assert!(
        large < small * 9 + GRAIN,
        "{small:?} for {size}, {large:?} for four times as many"
    );
}

fn domain(name: &str) -> DomainName {
    DomainName::parse(name).unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn object(number: usize, claims: impl Iterator<Item = (String, bool)>) -> DirectoryObject {
    let claim = |(text, primary): (String, bool)| Claim {
        address: ClaimedAddress::Valid(address(&text)),
        primary,
    };
    DirectoryObject {
        id: object_id(number),
        dn: format!("CN=Object {number}"),
        object_type: ObjectType::User,
        disabled: false,
        hints: Hints::NONE,
        mail: None,
        claims: claims.map(claim).collect(),
    }
}

/// An account of an object, or a manual one, whose first address is the primary.
fn account(
    number: u128,
    of: Option<usize>,
    origin: Origin,
    addresses: impl Iterator<Item = String>,
) -> AccountState {
    let state = |(position, text): (usize, String)| AddressState {
        address: address(&text),
        address_type: if position == 0 {
            AddressType::Primary
        } else {
            AddressType::Alias
        },
        origin,
        stale_since: None,
    };
    AccountState {
        id: account_id(number),
        object_id: of.map(object_id),
        object_type: ObjectType::User,
        origin,
        hsr_enabled: false,
        is_protected: false,
        stale_since: None,
        removed: false,
        addresses: addresses.enumerate().map(state).collect(),
    }
}

#[test]
fn a_hundred_thousand_addresses_cost_the_same_however_many_of_them_are_of_one_object() {
    const ADDRESSES: usize = 100_000;
    let world = |each: usize| {
        let claims = |number| (0..each).map(move |n| (format!("a{n}.{number}@a.test"), n == 0));
        World::new(
            (0..ADDRESSES / each)
                .map(|number| object(number, claims(number)))
                .collect(),
            Vec::new(),
        )
    };
    let cost = |each: usize| (each, world(each).cost());
    let costs = [10, 100, 10_000].map(cost);
    let (_, least) = costs[0];
    assert!(
        costs.iter().all(|(_, cost)| *cost < least * 3 + GRAIN),
        "{costs:?}"
    );
}

#[test]
fn an_account_with_many_manual_addresses_whose_object_claims_many_in_vain_costs_their_sum() {
    assert_grows_as_its_size(
        |size| {
            let elsewhere = (0..size).map(|n| (format!("e{n}@elsewhere.test"), false));
            let manual = (0..size).map(|n| format!("t{n}@a.test"));
            World::new(
                vec![object(1, elsewhere)],
                vec![account(1, Some(1), Origin::Manual, manual)],
            )
        },
        2_000,
    );
}

#[test]
fn claims_on_a_large_manual_account_that_goes_as_a_whole_or_not_at_all_cost_their_sum() {
    assert_grows_as_its_size(
        |size| {
            let claims = (1..size).map(|n| (format!("h{n:06}@a.test"), false));
            let manual = (0..size).map(|n| format!("h{n:06}@a.test"));
            let approved = (0..size).map(|n| format!("h{n:06}@a.test"));
            let mut world = World::new(
                vec![object(1, claims)],
                vec![account(1, None, Origin::Manual, manual)],
            );
            world.rules.removal = Removal::On { keep_manual: false };
            world.withholding.approved = Some(approved.collect());
            world
        },
        2_000,
    );
}

#[test]
fn many_primary_claims_on_a_protected_account_cost_their_sum() {
    assert_grows_as_its_size(
        |size| {
            let claims = (0..size).map(|n| (format!("n{n}@a.test"), true));
            let own = ["own@a.test".to_owned()];
            let mut account = account(1, Some(1), Origin::Synced, own.into_iter());
            account.is_protected = true;
            World::new(vec![object(1, claims)], vec![account])
        },
        2_000,
    );
}

#[test]
fn many_domains_in_the_settings_and_in_the_directory_cost_their_sum() {
    assert_grows_as_its_size(
        |size| {
            let claims = (0..size).map(|n| (format!("a@d{n}.test"), false));
            let mut world = World::new(vec![object(1, claims)], Vec::new());
            world.rules.domains = (0..size).map(|n| domain(&format!("named{n}.test"))).collect();
            world
        },
        2_000,
    );
}

/// Each object loses its address to the one before it, once that has taken over an account with the address, and then
/// takes over the next account: as many rounds as objects.
fn chain(length: usize) -> World {
    let link = |n: usize| {
        // The lower id would win, but for the holder.
        let mut claims = vec![
            (format!("x{n:06}@a.test"), true),
            (format!("door{n:06}@a.test"), false),
        ];
        if n > 0 {
            claims.push((format!("x{:06}@a.test", n - 1), true));
        }
        object(9_000_000 - n, claims.into_iter())
    };
    let orphan = |n: usize| {
        let addresses = [format!("door{n:06}@a.test"), format!("x{n:06}@a.test")];
        account(
            n as u128 + 1,
            Some(5_000_000 + n),
            Origin::Synced,
            addresses.into_iter(),
        )
    };
    World::new((0..length).map(link).collect(), (0..length).map(orphan).collect())
}

#[test]
fn takeovers_that_wait_for_each_other_in_a_long_chain_cost_their_sum() {
    assert_grows_as_its_size(chain, 1_000);
}

#[test]
fn in_a_chain_of_takeovers_each_object_gets_the_account_that_waits_for_it() {
    let world = chain(100);
    let rebound = world
        .plan()
        .changes
        .iter()
        .filter(|change| change.before.is_some())
        .count();
    assert_eq!(rebound, 100);
}

/// Each holder has an alias that it would lose as a duplicate if it got its `mail` value, and each rival gives up that
/// value once the alias is no longer defended: the decision is made again for each link.
fn chain_of_duplicates(length: usize) -> World {
    let held = |n: usize| format!("x{n:06}@b.test");
    let mail = |n: usize| format!("x{n:06}@a.test");
    let aliases = |texts: [String; 2]| texts.into_iter().map(|text| (text, false));
    let holder = |n: usize| DirectoryObject {
        mail: Some(address(&mail(n))),
        ..object(2 * n + 1_000_001, aliases([held(n), mail(n)]))
    };
    let rival = |n: usize| object(2 * n + 1_000_002, aliases([held(n), mail(n + 1)]));
    let account_of = |n: usize| {
        let addresses = [format!("before{n}@a.test"), held(n)];
        account(
            n as u128 + 1,
            Some(2 * n + 1_000_001),
            Origin::Synced,
            addresses.into_iter(),
        )
    };
    let mut world = World::new(
        (0..length).flat_map(|n| [holder(n), rival(n)]).collect(),
        (0..length).map(account_of).collect(),
    );
    world.domains = TenantDomains::new([(domain("a.test"), None), (domain("b.test"), None)]);
    world
}

/// Addresses of the accounts that a plan creates.
fn created(plan: &Plan<'_>) -> Vec<String> {
    let new = plan.changes.iter().filter(|change| change.before.is_none());
    new.map(|change| change.after.primary().unwrap().address.to_string())
        .collect()
}

#[test]
fn defences_that_end_one_after_the_other_are_followed_to_the_end_of_a_chain() {
    let world = chain_of_duplicates(200);
    let all: Vec<_> = (0..200).map(|n| format!("x{n:06}@b.test")).collect();
    assert_eq!(created(&world.plan()), all);
}

#[test]
fn a_chain_of_defences_too_long_to_follow_comes_to_the_same_and_changes_nothing_again() {
    let mut world = chain_of_duplicates(2_000);
    let all: Vec<_> = (0..2_000).map(|n| format!("x{n:06}@b.test")).collect();
    let after = {
        let plan = world.plan();
        assert_eq!(created(&plan), all);
        world.portal.apply(&plan)
    };
    world.portal = after;
    assert!(world.plan().changes.is_empty());
}

#[test]
fn many_defences_that_are_vain_at_once_end_at_once() {
    assert_grows_as_its_size(
        |size| {
            let held = |n: usize| format!("x{n:06}@b.test");
            let holder = |n: usize| {
                let claims = [(format!("x{n:06}@a.test"), true), (held(n), false)];
                object(n, claims.into_iter())
            };
            let rival = |n: usize| object(1_000_000 + n, [(held(n), false)].into_iter());
            let account_of = |n: usize| {
                let addresses = [format!("before{n}@a.test"), held(n)];
                account(n as u128 + 1, Some(n), Origin::Synced, addresses.into_iter())
            };
            let mut world = World::new(
                (0..size).flat_map(|n| [holder(n), rival(n)]).collect(),
                (0..size).map(account_of).collect(),
            );
            world.domains = TenantDomains::new([(domain("a.test"), None), (domain("b.test"), None)]);
            world
        },
        2_000,
    );
}

#[test]
fn many_defended_addresses_that_many_claim_cost_their_sum() {
    assert_grows_as_its_size(
        |size| {
            let own = |n: usize| [(format!("p{n}@a.test"), true), (format!("s{n}@a.test"), false)];
            let copies = |n: usize| {
                let claims = [(format!("s{n}@a.test"), false), ("s0@a.test".to_owned(), false)];
                object(1_000_000 + n, claims.into_iter())
            };
            let holder = |n: usize| object(n, own(n).into_iter());
            let account_of = |n: usize| {
                let addresses = own(n).map(|(text, _)| text);
                account(n as u128 + 1, Some(n), Origin::Synced, addresses.into_iter())
            };
            World::new(
                (0..size).flat_map(|n| [holder(n), copies(n)]).collect(),
                (0..size).map(account_of).collect(),
            )
        },
        2_000,
    );
}

#[test]
fn many_spoilt_addresses_of_one_holder_that_many_claim_cost_their_sum() {
    assert_grows_as_its_size(
        |size| {
            let held = |n: usize| format!("s{n}@a.test");
            let mut holder = object(0, std::iter::empty());
            holder.claims = (0..size)
                .map(|n| Claim {
                    address: ClaimedAddress::Invalid(RefusedValue {
                        freed: vec![address(&held(n))],
                        ..RefusedValue::new(format!("spoilt {n}"))
                    }),
                    primary: false,
                })
                .collect();
            let copy = |n: usize| object(n + 1, [(held(n), false)].into_iter());
            World::new(
                std::iter::once(holder).chain((0..size).map(copy)).collect(),
                vec![account(1, Some(0), Origin::Synced, (0..size).map(held))],
            )
        },
        2_000,
    );
}

#[test]
fn a_plan_that_is_not_to_go_on_stops() {
    let claims = |number| (0..10).map(move |n| (format!("a{n}.{number}@a.test"), n == 0));
    let world = World::new(
        (0..1_000).map(|number| object(number, claims(number))).collect(),
        Vec::new(),
    );
    let asked = std::rc::Rc::new(std::cell::Cell::new(0));
    let pace = {
        let asked = std::rc::Rc::clone(&asked);
        Pace::new(move || {
            asked.set(asked.get() + 1);
            asked.get() < 3
        })
    };
    assert_eq!(world.plan_at(pace).err(), Some(PlanError::Stopped));
    assert_eq!(asked.get(), 3);
}

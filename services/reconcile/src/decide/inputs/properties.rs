//! A read is passed over only if deciding on it again would change nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::{collection::vec, prelude::*, sample::subsequence};
use rollcall_domain::{
    Address, DomainName, Hints,
    digest::ReadDigest,
    id::{AccountId, ObjectId},
    object::{Claim, ClaimedAddress, DirectoryObject, ObjectType},
    plan::{Directory, Pace, Plan, Portal, TenantDomains, Withholding, plan},
};
use rollcall_proto::v1;
use uuid::Uuid;

use super::hash;
use crate::decide::rules::rules;

/// The tenant may own any of them; `alias.test` is then an alias of `main.test`.
const DOMAINS: [&str; 4] = ["main.test", "second.test", "alias.test", "other.test"];
const USERNAMES: [&str; 3] = ["ann", "bob", "cy"];

/// One edit, by an administrator, an operator or in the directory.
#[derive(Clone, Debug)]
enum Edit {
    Filter(&'static str),
    Selection(Option<v1::Selection>),
    Removal(Option<v1::Removal>),
    NewUsers(Option<v1::NewUsers>),
    /// A part of the settings that decides nothing.
    Schedule(i32),
    Domains(BTreeSet<&'static str>),
    RemovalsPaused(bool),
    Object(usize, Option<DirectoryObject>),
}

/// Memory of the last applied read.
#[derive(Clone, Debug)]
struct Applied {
    digest: Option<[u8; 16]>,
    inputs: Vec<u8>,
}

/// A tenant with everything that decides on its reads.
#[derive(Clone, Debug)]
struct World {
    settings: v1::Settings,
    domains: BTreeSet<&'static str>,
    /// Grows with each change of the domains.
    generation: i64,
    removals_paused: bool,
    objects: BTreeMap<usize, DirectoryObject>,
    portal: Portal,
    accounts: u128,
    applied: Option<Applied>,
}

impl World {
    fn new() -> Self {
        Self {
            settings: v1::Settings {
                directory: Some(v1::Directory::default()),
                ..v1::Settings::default()
            },
            domains: BTreeSet::from(["main.test"]),
            generation: 1,
            removals_paused: false,
            objects: BTreeMap::new(),
            portal: Portal::default(),
            accounts: 0,
            applied: None,
        }
    }

    fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Filter(filter) => {
                filter.clone_into(&mut self.settings.directory.get_or_insert_default().filter);
            }
            Edit::Selection(selection) => self.settings.selection = selection,
            Edit::Removal(removal) => self.settings.removal = removal,
            Edit::NewUsers(new_users) => self.settings.new_users = new_users,
            Edit::Schedule(every_hours) => {
                self.settings.schedule = Some(v1::Schedule {
                    every_hours,
                    ..v1::Schedule::default()
                });
            }
            Edit::Domains(domains) => {
                self.domains = domains;
                self.generation += 1;
            }
            Edit::RemovalsPaused(paused) => self.removals_paused = paused,
            Edit::Object(number, object) => {
                self.objects.remove(&number);
                self.objects.extend(object.map(|object| (number, object)));
            }
        }
    }

    /// The objects that the settings find.
    fn read(&self) -> impl Iterator<Item = &DirectoryObject> {
        let filter = self.settings.directory.as_ref().map_or("", |found| &found.filter);
        let is_found = move |object: &&DirectoryObject| filter.is_empty() || object.dn == filter;
        self.objects.values().filter(is_found)
    }

    fn own_domains(&self) -> TenantDomains {
        let alias_of = |name: &str| (name == "alias.test").then(|| domain("main.test"));
        TenantDomains::new(self.domains.iter().map(|name| (domain(name), alias_of(name))))
    }

    fn inputs(&self) -> Vec<u8> {
        hash(&self.settings, self.generation, self.removals_wait())
    }

    fn removals_wait(&self) -> bool {
        let removes = self
            .settings
            .removal
            .is_some_and(|removal| removal.remove_accounts);
        self.removals_paused && removes
    }

    /// Syncs as reconcile does, but decides in any case. `true`: the read could have been passed over.
    fn sync(&mut self) -> (bool, Decided) {
        let mut digest = ReadDigest::default();
        self.read().for_each(|object| digest.add(object));
        let digest = digest.finish();
        let is_passed_over = self
            .applied
            .as_ref()
            .is_some_and(|applied| applied.digest == Some(digest) && applied.inputs == self.inputs());

        let mut builder = Directory::builder();
        for object in self.read() {
            builder.push(object);
        }
        let directory = builder.finish();
        let own = self.own_domains();
        let rules = rules(&self.settings).unwrap();
        let withholding = Withholding {
            removals_paused: self.removals_wait(),
            ..Withholding::default()
        };
        let mut accounts = self.accounts;
        let mut new_id = || {
            accounts += 1;
            AccountId::from_uuid(Uuid::from_u128(accounts))
        };
        let plan = plan(
            &rules,
            &own,
            &directory,
            &self.portal,
            &withholding,
            Timestamp::UNIX_EPOCH,
            Pace::unhurried(),
            &mut new_id,
        )
        .unwrap();
        let decided = Decided::from(&plan);
        let portal = self.portal.apply(&plan);
        let digest = (!plan.withheld).then_some(digest);
        self.applied = Some(Applied {
            digest,
            inputs: self.inputs(),
        });
        self.portal = portal;
        self.accounts = accounts;
        (is_passed_over, decided)
    }
}

/// A decision in short.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decided {
    changes: usize,
    /// Each row, with everything that it says.
    rows: Vec<String>,
}

impl From<&Plan<'_>> for Decided {
    fn from(plan: &Plan<'_>) -> Self {
        let row = |row| format!("{row:?}");
        Self {
            changes: plan.changes.len(),
            rows: plan.rows.iter().map(row).collect(),
        }
    }
}

fn domain(name: &str) -> DomainName {
    DomainName::parse(name).unwrap()
}

fn domains() -> impl Strategy<Value = BTreeSet<&'static str>> {
    subsequence(DOMAINS.to_vec(), 0..=DOMAINS.len()).prop_map(|names| names.into_iter().collect())
}

prop_compose! {
    fn selection()(
        types in subsequence(vec![v1::ObjectType::User, v1::ObjectType::Group], 0..=2),
        domains in subsequence(DOMAINS.to_vec(), 0..=2),
        exclude_disabled in any::<bool>(),
        same_username in 0..3_i32,
    ) -> v1::Selection {
        v1::Selection {
            object_types: types.into_iter().map(Into::into).collect(),
            domains: domains.into_iter().map(str::to_owned).collect(),
            exclude_disabled,
            same_username,
        }
    }
}

prop_compose! {
    fn removal()(remove_accounts in any::<bool>(), keep_manual in any::<bool>()) -> v1::Removal {
        v1::Removal { remove_accounts, keep_manual, ..v1::Removal::default() }
    }
}

prop_compose! {
    fn object(number: usize)(
        is_group in prop::bool::weighted(0.2),
        disabled in prop::bool::weighted(0.2),
        claims in vec((0..USERNAMES.len(), 0..DOMAINS.len(), any::<bool>()), 0..4),
    ) -> DirectoryObject {
        let claim = |(username, domain, primary): (usize, usize, bool)| Claim {
            address: ClaimedAddress::Valid(
                Address::parse(&format!("{}@{}", USERNAMES[username], DOMAINS[domain])).unwrap(),
            ),
            primary,
        };
        DirectoryObject {
            id: ObjectId::from_canonical(&format!("object {number}")).unwrap(),
            dn: format!("CN={number}"),
            object_type: if is_group { ObjectType::Group } else { ObjectType::User },
            disabled,
            hints: Hints::OF_STATE,
            mail: None,
            claims: claims.into_iter().map(claim).collect(),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let objects = (0..4_usize)
        .prop_flat_map(|number| (Just(number), prop::option::weighted(0.8, object(number))))
        .prop_map(|(number, object)| Edit::Object(number, object));
    let new_users = (any::<bool>(), any::<bool>(), prop::option::of(0..3)).prop_map(
        |(send_hsr, send_welcome, limit_accounts)| v1::NewUsers {
            send_hsr,
            send_welcome,
            limit_accounts,
        },
    );
    prop_oneof![
        4 => objects,
        1 => prop::sample::select(vec!["", "CN=1", "CN=2"]).prop_map(Edit::Filter),
        1 => prop::option::of(selection()).prop_map(Edit::Selection),
        1 => prop::option::of(removal()).prop_map(Edit::Removal),
        1 => prop::option::of(new_users).prop_map(Edit::NewUsers),
        1 => (1..25_i32).prop_map(Edit::Schedule),
        1 => domains().prop_map(Edit::Domains),
        1 => any::<bool>().prop_map(Edit::RemovalsPaused),
    ]
}

/// The parts of the settings that decide.
fn deciding(settings: &v1::Settings) -> impl PartialEq + use<> {
    let settings = settings.clone();
    (
        settings.tenant_id,
        settings.directory,
        settings.selection,
        settings.removal,
        settings.new_users,
    )
}

proptest! {
    #[test]
    fn no_edit_leaves_a_digest_by_which_a_read_is_passed_over_that_would_change_something(
        steps in vec(vec(edit(), 0..3), 1..12),
    ) {
        let mut world = World::new();
        let mut last = None;
        for edits in steps {
            for edit in edits {
                world.edit(edit);
            }
            let (is_passed_over, decided) = world.sync();
            // Later runs show the rows as they are once nothing is left to do.
            let steady = world.clone().sync().1;
            if is_passed_over {
                prop_assert_eq!(decided.changes, 0, "{:#?}", world);
                prop_assert_eq!(last.as_ref(), Some(&decided), "{:#?}", world);
            }
            last = Some(steady);
        }
    }

    #[test]
    fn settings_have_the_same_inputs_exactly_if_all_that_decides_is_the_same(
        (first, second) in (vec(edit(), 0..4), vec(edit(), 0..4)),
    ) {
        let mut world = World::new();
        for edit in first {
            world.edit(edit);
        }
        let before = world.settings.clone();
        for edit in second {
            world.edit(edit);
        }
        let of = |settings| hash(settings, 1, false);
        prop_assert_eq!(of(&before) == of(&world.settings), deciding(&before) == deciding(&world.settings));
    }
}

//! A tenant in a few words, and its plan as text, for examples that read like the rules.

use jiff::Timestamp;

use crate::address::{Address, DomainName};
use crate::hint::Hints;
use crate::id::ObjectId;
use crate::invisible;
use crate::object::{AddressType, Claim, ClaimedAddress, DirectoryObject, ObjectType, Origin, RefusedValue};
use crate::plan::{
    AccountState, AddressState, Directory, Pace, Plan, Portal, Rules, TenantDomains, Withholding, plan,
};

use super::worlds::{account_id, now};

/// A tenant that owns `a.test`, `b.test` and `alias.test`, an alias of `a.test`; `theirs.test` is another's.
pub(super) struct Tenant {
    pub(super) rules: Rules,
    domains: Vec<&'static str>,
    objects: Vec<DirectoryObject>,
    portal: Portal,
    pub(super) withholding: Withholding,
    next_id: u128,
}

impl Tenant {
    pub(super) fn new() -> Self {
        Self {
            rules: Rules::default(),
            domains: vec!["a.test", "b.test", "alias.test"],
            objects: Vec::new(),
            portal: Portal::default(),
            withholding: Withholding::default(),
            next_id: 100,
        }
    }

    pub(super) fn with(rules: Rules) -> Self {
        Self { rules, ..Self::new() }
    }

    /// A domain leaves the tenant.
    pub(super) fn lose_domain(&mut self, name: &str) {
        self.domains.retain(|domain| *domain != name);
    }

    /// Objects of the directory from now on, each with its claims, as `proxyAddresses` has them.
    pub(super) fn directory(&mut self, objects: &[(&str, &str)]) -> &mut Self {
        self.objects = objects.iter().map(|(id, values)| object(id, values)).collect();
        self
    }

    /// Changes one object beyond its claims.
    pub(super) fn object(&mut self, id: &str, change: impl FnOnce(&mut DirectoryObject)) -> &mut Self {
        change(
            self.objects
                .iter_mut()
                .find(|object| object.id.as_str() == id)
                .unwrap(),
        );
        self
    }

    /// Manual accounts, each with its addresses, the primary first.
    pub(super) fn manual_accounts(&mut self, accounts: &[&str]) -> &mut Self {
        for addresses in accounts {
            let account = manual_account(self.id(), addresses);
            self.put(&account);
        }
        self
    }

    /// Changes the account that has this primary address.
    pub(super) fn account(&mut self, primary: &str, change: impl FnOnce(&mut AccountState)) -> &mut Self {
        let mut account = self
            .live()
            .find(|account| primary_of(account) == primary)
            .unwrap();
        change(&mut account);
        self.put(&account);
        self
    }

    /// Adds an address manually to the account that has this primary address.
    pub(super) fn manual_address(&mut self, primary: &str, address: &str) -> &mut Self {
        self.account(primary, |account| {
            account.addresses.push(manual(address, AddressType::Alias));
        })
    }

    fn put(&mut self, account: &AccountState) {
        let others = self.portal.iter().filter(|other| other.id != account.id);
        self.portal = others.chain([account.clone()]).collect();
    }

    fn id(&mut self) -> crate::id::AccountId {
        self.next_id += 1;
        account_id(self.next_id)
    }

    fn live(&self) -> impl Iterator<Item = AccountState> {
        self.portal.iter().filter(|account| !account.removed)
    }

    /// Plans, applies, and returns the rows with news, each as `address VERDICT REASON other`, sorted.
    pub(super) fn sync(&mut self) -> Vec<String> {
        self.sync_at(now())
    }

    pub(super) fn sync_at(&mut self, now: Timestamp) -> Vec<String> {
        let (rows, after, next_id) = self.plan_at(now, |portal, plan, next_id| {
            (rows_of(plan), portal.apply(plan), next_id)
        });
        self.portal = after;
        self.next_id = next_id;
        rows
    }

    /// The result asked of the plan, which is not applied.
    pub(super) fn plan<T>(&self, ask: impl FnOnce(&Plan<'_>) -> T) -> T {
        self.plan_at(now(), |_, plan, _| ask(plan))
    }

    fn read(&self) -> Directory {
        let mut builder = Directory::builder();
        for object in &self.objects {
            builder.push(object.clone());
        }
        builder.finish()
    }

    fn own_domains(&self) -> TenantDomains {
        TenantDomains::new(self.domains.iter().map(|name| {
            let domain = |name| DomainName::parse(name).unwrap();
            (domain(name), (*name == "alias.test").then(|| domain("a.test")))
        }))
    }

    fn plan_at<T>(&self, now: Timestamp, ask: impl FnOnce(&Portal, &Plan<'_>, u128) -> T) -> T {
        let directory = self.read();
        let domains = self.own_domains();
        let mut next_id = self.next_id;
        let mut new_id = || {
            next_id += 1;
            account_id(next_id)
        };
        let plan = plan(
            &self.rules,
            &domains,
            &directory,
            &self.portal,
            &self.withholding,
            now,
            Pace::unhurried(),
            &mut new_id,
        )
        .unwrap();
        ask(&self.portal, &plan, next_id)
    }

    /// The live accounts, each as `number: primary alias …`; `*` marks manual addresses, `~` stale ones, `=` domain
    /// aliases.
    pub(super) fn accounts(&self) -> Vec<String> {
        let mark = |state: &AddressState| {
            let manual = if state.origin == Origin::Manual { "*" } else { "" };
            let stale = if state.stale_since.is_some() { "~" } else { "" };
            let address_type = if state.address_type == AddressType::DomainAlias {
                "="
            } else {
                ""
            };
            format!("{}{manual}{stale}{address_type}", state.address)
        };
        let line = |account: AccountState| {
            let addresses: Vec<String> = account.addresses.iter().map(mark).collect();
            format!("{}: {}", account.id.as_uuid().as_u128(), addresses.join(" "))
        };
        self.live().map(line).collect()
    }

    /// The account that has this primary address.
    pub(super) fn account_of(&self, primary: &str) -> AccountState {
        self.live()
            .find(|account| primary_of(account) == primary)
            .unwrap()
    }
}

fn rows_of(plan: &Plan<'_>) -> Vec<String> {
    let line = |row: crate::plan::PlannedRow<'_>| {
        let reason = row.reason.map(|reason| format!(" {reason}")).unwrap_or_default();
        let other = row.other.map(|other| format!(" {other}")).unwrap_or_default();
        format!("{} {}{reason}{other}", row.address, row.verdict)
    };
    let mut rows: Vec<String> = plan.rows.iter().map(line).collect();
    rows.sort();
    rows
}

fn primary_of(account: &AccountState) -> &str {
    account.primary().unwrap().address.as_str()
}

fn object(id: &str, values: &str) -> DirectoryObject {
    let claim = |value: &str| {
        let (prefix, text) = value.split_once(':').unwrap();
        let freed = Address::parse(&invisible::strip(text)).ok();
        let refused = |shown: &str| RefusedValue {
            freed: freed
                .iter()
                .filter(|_| invisible::has_invisible(value))
                .cloned()
                .collect(),
            ..RefusedValue::new(invisible::show(shown))
        };
        let address = match (prefix, Address::parse(text)) {
            ("SMTP" | "smtp", Ok(address)) => ClaimedAddress::Valid(address),
            ("SMTP" | "smtp", Err(_)) => ClaimedAddress::Invalid(refused(text)),
            (_, address) => ClaimedAddress::UnknownPrefix(refused(value), DomainName::of(&address.unwrap())),
        };
        Claim {
            address,
            primary: prefix == "SMTP",
        }
    };
    DirectoryObject {
        id: ObjectId::from_canonical(id).unwrap(),
        dn: format!("CN={id}"),
        object_type: ObjectType::User,
        disabled: false,
        hints: Hints::NONE,
        mail: None,
        claims: values.split_whitespace().map(claim).collect(),
    }
}

fn manual(address: &str, address_type: AddressType) -> AddressState {
    AddressState {
        address: Address::parse(address).unwrap(),
        address_type,
        origin: Origin::Manual,
        stale_since: None,
    }
}

fn manual_account(id: crate::id::AccountId, addresses: &str) -> AccountState {
    let address_type = |position| {
        if position == 0 {
            AddressType::Primary
        } else {
            AddressType::Alias
        }
    };
    AccountState {
        id,
        object_id: None,
        object_type: ObjectType::User,
        origin: Origin::Manual,
        hsr_enabled: true,
        is_protected: false,
        stale_since: None,
        removed: false,
        addresses: addresses
            .split_whitespace()
            .enumerate()
            .map(|(at, text)| manual(text, address_type(at)))
            .collect(),
    }
}

//! Everything that a plan is decided on, brought together: what does not change while it is decided.

use crate::verdict::Reason;

use super::arena::{Column, index};
use super::directory::Directory;
use super::names::{AccountName, AddressName, ClaimName, EntryName, ObjectName};
use super::pace::Pace;
use super::portal::{AccountEntry, AddressEntry, Portal};
use super::refuse::refuse;
use super::settings::{Rules, TenantDomains, Withholding};

/// Everything that a plan is decided on.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) rules: &'a Rules,
    pub(super) domains: &'a TenantDomains,
    pub(super) directory: &'a Directory,
    pub(super) portal: &'a Portal,
    pub(super) withholding: &'a Withholding,
    pub(super) names: Names<'a>,
    /// Reason for which a claim is refused by itself.
    pub(super) refused: Column<Option<Reason>>,
    /// True if an address has a valid claim.
    pub(super) claimed: Column<bool>,
    /// The live entry of an address, and so the account that has it.
    pub(super) entry_of: Column<Option<EntryName>>,
    /// The account of an entry.
    pub(super) account_at: Column<AccountName>,
    /// An object's own account: a live one, otherwise a removed one that comes back with it.
    pub(super) account_of: Column<Option<AccountName>>,
    /// The object in this read of which an account is the own account.
    pub(super) object_of: Column<Option<ObjectName>>,
    /// True if the object that an account names is in this read.
    pub(super) in_read: Column<bool>,
    /// True if all addresses of an account may go, where a person has approved some.
    pub(super) may_go_whole: Column<bool>,
    /// True if a domain of the directory is a domain alias of the tenant.
    domain_alias: Column<bool>,
    pub(super) pace: Pace,
}

/// Addresses of directory and portal under one numbering: first those of the directory, then those that only the portal
/// has.
#[derive(Debug)]
pub(super) struct Names<'a> {
    pub(super) directory: &'a Directory,
    portal: &'a Portal,
    /// The address that each text of the portal is.
    of_text: Column<AddressName>,
    /// Texts that only the portal has.
    only_in_portal: Vec<u32>,
}

impl<'a> Names<'a> {
    fn new(directory: &'a Directory, portal: &'a Portal) -> Self {
        let shared = directory.addresses.len();
        let mut only_in_portal = Vec::new();
        let name = |text| {
            directory
                .addresses
                .find(portal.texts.get(text))
                .unwrap_or_else(|| {
                    only_in_portal.push(text);
                    index(shared + only_in_portal.len() - 1)
                })
        };
        let of_text = (0..index(portal.texts.len())).map(name).collect();
        Self {
            directory,
            portal,
            of_text,
            only_in_portal,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.directory.addresses.len() + self.only_in_portal.len()
    }

    /// The address of an entry.
    pub(super) fn of_entry(&self, entry: EntryName) -> AddressName {
        self.of_text[self.portal.addresses[entry as usize].text]
    }

    pub(super) fn text(&self, address: AddressName) -> &'a str {
        match (address as usize).checked_sub(self.directory.addresses.len()) {
            None => self.directory.addresses.get(address),
            Some(own) => self.portal.texts.get(self.only_in_portal[own]),
        }
    }

    /// The username portion and the domain.
    pub(super) fn parts(&self, address: AddressName) -> (&'a str, &'a str) {
        let text = self.text(address);
        text.rsplit_once('@').unwrap_or((text, ""))
    }
}

impl<'a> World<'a> {
    pub(super) fn new(
        rules: &'a Rules,
        domains: &'a TenantDomains,
        directory: &'a Directory,
        portal: &'a Portal,
        withholding: &'a Withholding,
        pace: Pace,
    ) -> Self {
        let names = Names::new(directory, portal);
        let domain_names = &directory.addresses.domains;
        let in_read = |account: &AccountEntry| {
            portal
                .object_id_of(account)
                .is_some_and(|id| directory.ids.find(id).is_some())
        };
        let (account_of, object_of) = own_accounts(directory, portal);
        let mut world = Self {
            rules,
            domains,
            directory,
            portal,
            withholding,
            refused: refuse(rules, domains, directory),
            claimed: Column::filled(false, names.len()),
            entry_of: Column::filled(None, names.len()),
            account_at: Column::filled(0, portal.addresses.len()),
            account_of,
            object_of,
            in_read: portal.accounts.iter().map(in_read).collect(),
            may_go_whole: portal
                .accounts
                .iter()
                .map(|account| may_go_whole(withholding, portal, account))
                .collect(),
            pace,
            domain_alias: (0..index(domain_names.len()))
                .map(|domain| domains.alias_of(domain_names.get(domain)).is_some())
                .collect(),
            names,
        };
        world.mark_claimed();
        world.mark_held();
        world
    }

    fn mark_claimed(&mut self) {
        for (claim, refused) in self.refused.iter() {
            if refused.is_none() {
                self.claimed[self.directory.claims[claim as usize].text] = true;
            }
        }
    }

    fn mark_held(&mut self) {
        for (account, state) in (0..).zip(&self.portal.accounts) {
            for entry in state.addresses().map(index) {
                self.account_at[entry] = account;
                let first = &mut self.entry_of[self.names.of_entry(entry)];
                if !state.removed && first.is_none() {
                    *first = Some(entry);
                }
            }
        }
    }

    pub(super) fn objects(&self) -> impl Iterator<Item = ObjectName> + use<> {
        0..index(self.directory.objects.len())
    }

    pub(super) fn accounts(&self) -> impl Iterator<Item = AccountName> + use<> {
        0..index(self.portal.accounts.len())
    }

    pub(super) fn account(&self, account: AccountName) -> &'a AccountEntry {
        &self.portal.accounts[account as usize]
    }

    pub(super) fn entry(&self, entry: EntryName) -> &'a AddressEntry {
        &self.portal.addresses[entry as usize]
    }

    /// The entries of an account, the primary address first.
    pub(super) fn entries(&self, account: AccountName) -> impl Iterator<Item = EntryName> + use<> {
        self.account(account).addresses().map(index)
    }

    /// True if an entry has its address: that of a removed account does not.
    pub(super) fn is_first_entry(&self, entry: EntryName) -> bool {
        self.entry_of[self.names.of_entry(entry)] == Some(entry)
    }

    /// The primary address of an account as the portal has it.
    pub(super) fn primary_of(&self, account: AccountName) -> Option<AddressName> {
        self.entries(account)
            .next()
            .map(|entry| self.names.of_entry(entry))
    }

    /// The claims of an object that stand, lowest address first, with their addresses.
    pub(super) fn valid_claims(&self, object: ObjectName) -> impl Iterator<Item = (ClaimName, AddressName)> {
        self.claims(object)
            .filter(|claim| self.refused[*claim].is_none())
            .map(|claim| (claim, self.directory.claims[claim as usize].text))
    }

    /// All claims of an object.
    pub(super) fn claims(&self, object: ObjectName) -> impl Iterator<Item = ClaimName> + use<> {
        self.directory.objects[object as usize].claims().map(index)
    }

    /// True if an object has a valid claim on this address.
    pub(super) fn claims_address(&self, object: ObjectName, address: AddressName) -> bool {
        let text = self.names.text(address);
        let claims = &self.directory.claims[self.directory.objects[object as usize].claims()];
        let first = self.claims(object).next().unwrap_or_default();
        let lower = claims.partition_point(|claim| self.directory.claim_text(*claim) < text);
        (first + index(lower)..)
            .zip(&claims[lower..])
            .take_while(|(_, claim)| self.directory.claim_text(**claim) == text)
            .any(|(name, claim)| claim.address().is_some() && self.refused[name].is_none())
    }

    /// True if a claim is one of an e-mail address. Behind an unknown prefix, only an address in one of the tenant's
    /// domains is taken for one.
    pub(super) fn is_email(&self, claim: ClaimName) -> bool {
        let domain = self
            .directory
            .domain_after_prefix(self.directory.claims[claim as usize]);
        domain.is_none_or(|domain| self.domains.owns(self.directory.addresses.domains.get(domain)))
    }

    /// Number of claims that are not e-mail.
    pub(super) fn not_email(&self) -> u64 {
        let claims = 0..index(self.directory.claims.len());
        claims.filter(|claim| !self.is_email(*claim)).count() as u64
    }

    /// True if a claim is one of a primary address.
    pub(super) fn is_primary(&self, claim: ClaimName) -> bool {
        self.directory.claims[claim as usize].primary
    }

    /// True if a claimed address is in a domain alias.
    pub(super) fn in_domain_alias(&self, address: AddressName) -> bool {
        self.domain_alias[self.directory.addresses.domain_of(address)]
    }
}

type OwnAccounts = (Column<Option<AccountName>>, Column<Option<ObjectName>>);

/// An object's own account. If several name one object, a live one goes before a removed one, then the lowest id.
fn own_accounts(directory: &Directory, portal: &Portal) -> OwnAccounts {
    let mut account_of = Column::filled(None, directory.objects.len());
    let mut object_of = Column::filled(None, portal.accounts.len());
    let mut of_id = Column::filled(0, directory.ids.len());
    for (object, entry) in (0..).zip(&directory.objects) {
        of_id[entry.id] = object;
    }
    for removed in [false, true] {
        for (account, state) in (0..)
            .zip(&portal.accounts)
            .filter(|(_, state)| state.removed == removed)
        {
            let id = portal.object_id_of(state).and_then(|id| directory.ids.find(id));
            if let Some(object) = id
                .map(|id| of_id[id])
                .filter(|object| account_of[*object].is_none())
            {
                account_of[object] = Some(account);
                object_of[account] = Some(object);
            }
        }
    }
    (account_of, object_of)
}

/// True if all addresses of an account may go. Decided once for each account, because each claim on one of them asks.
fn may_go_whole(withholding: &Withholding, portal: &Portal, account: &AccountEntry) -> bool {
    let approved = withholding.approved.as_ref();
    approved.is_none_or(|approved| {
        let mut addresses = account.addresses();
        addresses.all(|address| approved.contains(portal.address_text(address)))
    })
}

//! A tenant's accounts, as flat arenas.

use std::ops::Range;

use jiff::Timestamp;

use crate::account::{self, order_of_addresses};
use crate::address::Address;
use crate::id::{AccountId, ObjectId};
use crate::object::{AddressType, ObjectType, Origin};

use super::arena::{Interner, Texts, index};
use super::directory::Directory;

/// An account with all that counts of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountState {
    /// Stays the same as long as the account is kept.
    pub id: AccountId,
    /// The directory object that it is the account of.
    pub object_id: Option<ObjectId>,
    /// Type: user, group, ...
    pub object_type: ObjectType,
    /// MANUAL if it was created manually. With an object as well, it was adopted by that object.
    pub origin: Origin,
    /// HSR is on.
    pub hsr_enabled: bool,
    /// The portal protects it: it is never removed, merged, renamed or stripped of an address.
    pub is_protected: bool,
    /// Time since which none of its addresses has been in the directory.
    pub stale_since: Option<Timestamp>,
    /// True if it is retained only to be restored, and blocks no other account.
    pub removed: bool,
    /// Its addresses, the primary first, then by bytes; of a removed account its last ones.
    pub addresses: Vec<AddressState>,
}

/// One address of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressState {
    /// The address, normalised.
    pub address: Address,
    /// Type of the address in its account.
    pub address_type: AddressType,
    /// Origin: from the directory, or manual.
    pub origin: Origin,
    /// Time since which it has been absent from the directory.
    pub stale_since: Option<Timestamp>,
}

impl AccountState {
    /// The primary address; none only for an account without addresses.
    pub fn primary(&self) -> Option<&AddressState> {
        let primary = |state: &&AddressState| state.address_type == AddressType::Primary;
        self.addresses
            .iter()
            .find(primary)
            .or_else(|| self.addresses.first())
    }

    /// The last name that the portal shows: the domain of the primary address.
    pub fn last_name(&self) -> &str {
        self.primary()
            .map_or("", |primary| account::last_name(primary.address.as_str()))
    }

    /// Puts the addresses in their order: the primary first, then by bytes.
    pub fn put_in_order(&mut self) {
        let is_primary = |state: &AddressState| state.address_type == AddressType::Primary;
        self.addresses.sort_unstable_by(|one, other| {
            order_of_addresses(
                (is_primary(one), one.address.as_str()),
                (is_primary(other), other.address.as_str()),
            )
        });
    }
}

/// Time since which no address of an account is in the directory, by their origins and the times since which they are stale.
/// `None` while one is in the directory, or while all are manual.
pub fn stale_since(addresses: impl Iterator<Item = (Origin, Option<Timestamp>)>) -> Option<Timestamp> {
    let mut synced = addresses
        .filter(|(origin, _)| *origin == Origin::Synced)
        .map(|(_, stale_since)| stale_since);
    let first = synced.next().flatten()?;
    synced.try_fold(first, |latest, since| Some(latest.max(since?)))
}

/// A tenant's accounts, live and removed, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct Portal {
    /// The texts of addresses.
    pub(super) texts: Interner,
    pub(super) object_ids: Texts,
    pub(super) accounts: Vec<AccountEntry>,
    pub(super) addresses: Vec<AddressEntry>,
}

/// One account; its name is its position.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccountEntry {
    pub(super) id: AccountId,
    /// Among the object ids.
    pub(super) object_id: Option<u32>,
    pub(super) object_type: ObjectType,
    pub(super) origin: Origin,
    pub(super) hsr_enabled: bool,
    pub(super) is_protected: bool,
    pub(super) removed: bool,
    pub(super) stale_since: Option<Timestamp>,
    addresses: (u32, u32),
}

/// One address of an account; its name is its position.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddressEntry {
    /// Among the texts.
    pub(super) text: u32,
    /// Offset of the `@`.
    at: u8,
    pub(super) address_type: AddressType,
    pub(super) origin: Origin,
    pub(super) stale_since: Option<Timestamp>,
}

impl AccountEntry {
    /// The positions of its addresses, the primary first.
    pub(super) fn addresses(&self) -> Range<usize> {
        self.addresses.0 as usize..self.addresses.1 as usize
    }
}

impl Portal {
    /// Collects a tenant's accounts, one by one.
    pub fn builder() -> PortalBuilder {
        PortalBuilder::default()
    }

    /// Number of live accounts.
    pub fn live_accounts(&self) -> u64 {
        self.accounts.iter().filter(|account| !account.removed).count() as u64
    }

    /// Each account, by id.
    pub fn iter(&self) -> impl Iterator<Item = AccountState> {
        self.accounts.iter().map(|account| self.state_of(account))
    }

    /// Objects of live, unprotected accounts that are missing from a read. Only from these could a run take something,
    /// because the read did not see them.
    pub fn missing_from<'p>(&'p self, directory: &'p Directory) -> impl Iterator<Item = &'p str> {
        self.accounts
            .iter()
            .filter(|account| !account.removed && !account.is_protected)
            .filter_map(|account| self.object_id_of(account))
            .filter(|id| directory.ids.find(id).is_none())
    }

    pub(super) fn address_text(&self, position: usize) -> &str {
        self.texts.get(self.addresses[position].text)
    }

    pub(super) fn object_id_of(&self, account: &AccountEntry) -> Option<&str> {
        account.object_id.map(|id| self.object_ids.get(id))
    }

    /// An account as it was given.
    pub(super) fn state_of(&self, account: &AccountEntry) -> AccountState {
        AccountState {
            id: account.id,
            object_id: self
                .object_id_of(account)
                .and_then(|id| ObjectId::from_canonical(id).ok()),
            object_type: account.object_type,
            origin: account.origin,
            hsr_enabled: account.hsr_enabled,
            is_protected: account.is_protected,
            stale_since: account.stale_since,
            removed: account.removed,
            addresses: account
                .addresses()
                .map(|position| self.address_state(position))
                .collect(),
        }
    }

    pub(super) fn address_state(&self, position: usize) -> AddressState {
        let entry = self.addresses[position];
        AddressState {
            address: Address::from_normalised(self.address_text(position), entry.at),
            address_type: entry.address_type,
            origin: entry.origin,
            stale_since: entry.stale_since,
        }
    }
}

/// Collects a tenant's accounts, in any order.
#[derive(Clone, Debug, Default)]
pub struct PortalBuilder {
    portal: Portal,
}

impl PortalBuilder {
    /// Takes one account, live or removed.
    pub fn push(&mut self, mut account: AccountState) -> &mut Self {
        let portal = &mut self.portal;
        account.put_in_order();
        let start = index(portal.addresses.len());
        for state in &account.addresses {
            portal.addresses.push(AddressEntry {
                text: portal.texts.intern(state.address.as_str()),
                at: u8::try_from(state.address.local().len()).unwrap_or(u8::MAX),
                address_type: state.address_type,
                origin: state.origin,
                stale_since: state.stale_since,
            });
        }
        portal.accounts.push(AccountEntry {
            id: account.id,
            object_id: account
                .object_id
                .as_ref()
                .map(|id| portal.object_ids.push(id.as_str())),
            object_type: account.object_type,
            origin: account.origin,
            hsr_enabled: account.hsr_enabled,
            is_protected: account.is_protected,
            removed: account.removed,
            stale_since: account.stale_since,
            addresses: (start, index(portal.addresses.len())),
        });
        self
    }

    /// All of them, in the order of their ids.
    pub fn finish(self) -> Portal {
        let mut portal = self.portal;
        portal.accounts.sort_unstable_by_key(|account| account.id);
        portal
    }
}

impl FromIterator<AccountState> for Portal {
    fn from_iter<I: IntoIterator<Item = AccountState>>(accounts: I) -> Self {
        let mut builder = Self::builder();
        for account in accounts {
            builder.push(account);
        }
        builder.finish()
    }
}

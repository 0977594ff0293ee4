//! Inputs besides the directory and the portal: the settings, and the tenant's domains.

use std::collections::{BTreeMap, HashSet};

use crate::address::DomainName;
use crate::object::ObjectType;

/// Those of a tenant's settings that decide what becomes of a claim or an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Kinds of object to import; none: all.
    pub object_types: Vec<ObjectType>,
    /// Domains whose addresses are imported; none: all of the tenant's.
    pub domains: Vec<DomainName>,
    /// Disabled users are left out. Shared mailboxes and resources never are.
    pub exclude_disabled: bool,
    /// Treatment of an object's aliases that share one username portion.
    pub same_username: SameUsername,
    /// Treatment of absent addresses.
    pub removal: Removal,
    /// HSR is switched on for new users.
    pub send_hsr: bool,
    /// The portal must send new users a welcome message.
    pub send_welcome: bool,
}

/// Treatment of an object's aliases that share one username portion (the part before the last `@`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SameUsername {
    /// One of them is kept, the others are refused.
    #[default]
    Skip,
    /// Each stands for itself.
    Import,
}

/// Treatment of the portal's addresses that are absent from the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Removal {
    /// They stay; synced ones are marked as stale.
    #[default]
    Off,
    /// They are removed.
    On {
        /// Manual addresses and accounts are kept, and adopted accounts become manual again.
        keep_manual: bool,
    },
}

impl Removal {
    /// True if absent synced addresses are removed.
    pub fn removes_synced(self) -> bool {
        matches!(self, Self::On { .. })
    }

    /// True if absent manual addresses are removed too.
    pub fn removes_manual(self) -> bool {
        matches!(self, Self::On { keep_manual: false })
    }

    /// True if an adopted account whose object is missing becomes manual again.
    pub fn gives_back(self) -> bool {
        matches!(self, Self::On { keep_manual: true })
    }
}

/// The domains that a tenant owns, each a domain of its own or an alias of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantDomains {
    alias_of: BTreeMap<DomainName, Option<DomainName>>,
}

impl TenantDomains {
    /// Takes each domain with the domain that it is an alias of, if it is one.
    pub fn new(domains: impl IntoIterator<Item = (DomainName, Option<DomainName>)>) -> Self {
        Self {
            alias_of: domains.into_iter().collect(),
        }
    }

    /// True if the tenant has no domain.
    pub fn is_empty(&self) -> bool {
        self.alias_of.is_empty()
    }

    /// True if the tenant owns this domain, given as A-labels.
    pub fn owns(&self, domain: &str) -> bool {
        self.alias_of.contains_key(domain)
    }

    /// The domain that this one is an alias of, if it is one.
    pub fn alias_of(&self, domain: &str) -> Option<&DomainName> {
        self.alias_of.get(domain)?.as_ref()
    }

    /// Each domain with the domain that it is an alias of, if it is one; by name.
    pub fn iter(&self) -> impl Iterator<Item = (&DomainName, Option<&DomainName>)> {
        self.alias_of.iter().map(|(name, of)| (name, of.as_ref()))
    }
}

/// Removals of Remove Accounts that must wait. By default none does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withholding {
    /// True if the operator has paused all removals.
    pub removals_paused: bool,
    /// True if a different server was read than last time. An address that it is the first to lack waits for the next
    /// complete read. A manual address was never on any server, so this does not apply to it.
    pub other_server: bool,
    /// Addresses that may go, if a person has approved some. The run that was approved has already seen them absent.
    /// `None`: all may go.
    pub approved: Option<ApprovedAddresses>,
}

/// Addresses that are approved to go, normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovedAddresses {
    addresses: HashSet<String>,
}

impl ApprovedAddresses {
    /// True if this address may go.
    pub fn contains(&self, address: &str) -> bool {
        self.addresses.contains(address)
    }
}

impl FromIterator<String> for ApprovedAddresses {
    fn from_iter<I: IntoIterator<Item = String>>(addresses: I) -> Self {
        Self {
            addresses: addresses.into_iter().collect(),
        }
    }
}

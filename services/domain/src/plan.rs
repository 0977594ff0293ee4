//! Verdicts and account changes from one complete read and the tenant's accounts.
//!
//! [`plan()`] decides for a preview, a sync and the tests alike. It is pure and deterministic: the order in
//! which values, objects, accounts and ids are given never counts, and planning again after the changes are
//! applied ([`Portal::apply`]) changes nothing. Everything that it works on lies in flat arenas, where an
//! address, an object or an account is a 32-bit number, so that a tenant with a million addresses fits in a
//! few hundred megabytes and is planned in seconds.

mod arena;
mod changes;
mod directory;
mod portal;
mod rows;
mod settings;

pub use changes::{AccountChange, ChangeKind, Counts};
pub use directory::{Directory, DirectoryBuilder};
pub use portal::{AccountState, AddressState, Portal, PortalBuilder};
pub use rows::{PlannedRow, Rows};
pub use settings::{ForeignDomains, Removal, Rules, SameUsername, TenantDomains};

/// The version of the rules. It is one of the inputs that decide whether a read that equals the last applied one may be
/// passed over: raise it whenever the same directory, portal and settings may lead to another plan.
pub const RULES_VERSION: u32 = 1;

/// What a run decides, complete before anything is applied.
///
/// It is made by `plan(&Rules, &TenantDomains, &ForeignDomains, &'a Directory, &'a Portal, now: Timestamp, new_id:
/// &mut dyn FnMut() -> AccountId) -> Plan<'a>`.
#[derive(Clone, Debug, Default)]
pub struct Plan<'a> {
    /// One row for each claim, and one for each absent address of the portal.
    pub rows: Rows<'a>,
    /// The accounts that change, each once: new ones last, else in the order of their ids.
    pub changes: Vec<AccountChange>,
    /// All of it in numbers.
    pub counts: Counts,
}

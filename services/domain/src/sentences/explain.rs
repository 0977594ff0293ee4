//! Explanations of an address: whether it is in the portal, what the directory says of it, and what changed it last.
//!
//! The rule that decided stands in [`super::verdict`].

use jiff::Timestamp;

use super::words::minute;
use crate::object::{AddressType, ObjectType};

// The portal.

/// The address was entered in the portal.
pub const MANUAL: &str = "It is a manual address.";
/// The account is protected.
pub const PROTECTED: &str = "Its account is protected: no sync takes an address from it.";

/// The caller has no such address. Whether another customer has it is not said.
pub fn not_in_portal(address: &str) -> String {
    format!("None of your accounts has {address}.")
}

/// An account of these has the address; types that this version does not know are `None`.
pub fn in_portal(
    address: &str,
    address_type: Option<AddressType>,
    primary: &str,
    object_type: Option<ObjectType>,
) -> String {
    let role = match address_type {
        Some(AddressType::Primary) => format!("the primary address of {}", kind(object_type)),
        Some(AddressType::Alias) => format!("an alias of {primary}"),
        Some(AddressType::DomainAlias) => format!("a domain alias of {primary}"),
        None => format!("an address of {primary}"),
    };
    format!("{address} is in the portal, as {role}.")
}

fn kind(object_type: Option<ObjectType>) -> &'static str {
    match object_type {
        Some(ObjectType::User) => "a user",
        Some(ObjectType::Group) => "a group",
        Some(ObjectType::Contact) => "a contact",
        Some(ObjectType::PublicFolder) => "a public folder",
        Some(ObjectType::Resource) => "a resource",
        Some(ObjectType::SharedMailbox) => "a shared mailbox",
        Some(ObjectType::Other) | None => "an account",
    }
}

/// The address is stale.
pub fn stale_since(since: Timestamp) -> String {
    format!(
        "It has been stale since {}: no object in the directory gives it to its account.",
        minute(since)
    )
}

/// An account that had the address was removed, at a time that is not known.
pub fn removed(primary: &str) -> String {
    format!("The account {primary}, which had it, was removed.")
}

/// An account that had the address was removed, and will be deleted.
pub fn removed_until(primary: &str, removed: Timestamp, purged: Timestamp) -> String {
    format!(
        "The account {primary}, which had it, was removed on {}; it can be restored until {}, and is then deleted for \
         good.",
        minute(removed),
        minute(purged)
    )
}

// The domain.

/// The domain was not the tenant's when a row was decided, and is now.
pub const DOMAIN_REGISTERED_SINCE: &str =
    "Its domain has been registered since then: the next sync decides again.";

/// The domain is not the tenant's.
pub const DOMAIN_NOT_REGISTERED: &str =
    "Its domain is not registered in the portal, and only addresses of registered domains are imported.";

// Runs, as parts of a sentence.

/// Kind of a run that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedRun {
    /// A SYNC.
    Sync,
    /// A PREVIEW.
    Preview,
    /// A REVERT.
    Revert,
    /// A kind that this version does not know.
    Other,
}

/// A run by its kind and time.
pub fn run(kind: NamedRun, time: Option<Timestamp>) -> String {
    let kind = match kind {
        NamedRun::Sync => "the sync",
        NamedRun::Preview => "the preview",
        NamedRun::Revert => "the revert of a sync",
        NamedRun::Other => "the run",
    };
    match time {
        Some(time) => format!("{kind} of {}", minute(time)),
        None => kind.to_owned(),
    }
}

// The directory.

/// Nothing was read, or what was read is no longer kept.
pub const NEVER_READ: &str = "The directory's state is not known: no complete read of it has been kept. Start a \
                              preview or a sync to get one.";
/// The read met no claim to the address, and decided nothing about it.
pub const NOT_FOUND: &str = "No object in the search scope claims this address. A value that is refused, for an unknown \
                             prefix or an invisible character, stands among the skipped rows as it is.";
/// Heading of what was decided.
pub const DECIDED: &str = "It found the following, and decided this:";
/// Heading of what would be decided.
pub const WOULD_DECIDE: &str = "It found the following, and would do this:";
/// A manual address without a claim is kept.
pub const MANUAL_NOT_IN_DIRECTORY: &str =
    "The directory does not have the address. It stays as a manual address.";
/// An object whose name is not known.
pub const UNNAMED_OBJECT: &str = "An object";

/// What a run that read the directory made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadBy {
    /// It was applied.
    Applied,
    /// It only showed what a sync would do.
    Preview,
    /// It is HELD.
    Held,
}

/// The last read, by a run that [`run`] names.
pub fn last_read(run: &str, by: ReadBy) -> String {
    let changes = match by {
        ReadBy::Applied => "",
        ReadBy::Preview => ", which changes nothing but shows what a sync would do",
        ReadBy::Held => ", which is HELD and has changed nothing",
    };
    format!("The directory was last read by {run}{changes}.")
}

/// The claim of an object.
pub fn claimed(object: &str, is_primary: bool) -> String {
    let role = if is_primary {
        "its primary address"
    } else {
        "an alias"
    };
    format!("{object} has it as {role}.")
}

/// More objects claim the address than are named.
pub fn more_objects(more: usize) -> String {
    match more {
        1 => "1 more object has it.".to_owned(),
        more => format!("{more} more objects have it."),
    }
}

// The last change.

/// The run that changed the address last, which [`run`] names, and the rule's sentence if there is one.
pub fn last_change(run: &str, rule: Option<&str>) -> String {
    match rule {
        Some(rule) => format!("The last run that changed it was {run}, which decided: {rule}"),
        None => format!("The last run that changed it was {run}."),
    }
}

//! Refused writes to an account of the portal.

use crate::{address::Address, object::ObjectType};

/// No such account.
pub const NO_ACCOUNT: &str = "The tenant has no such account.";
/// A removed account is to be changed.
pub const ALREADY_REMOVED: &str = "The account is removed. Restore it first.";
/// A live account is to be restored.
pub const NOT_REMOVED: &str = "The account is not removed.";
/// A protected account is to be removed.
pub const PROTECTED: &str = "The account is protected. Remove its protection first.";

/// Another account has an address.
pub fn address_taken(address: &str, primary: &str) -> String {
    format!("The address {address} belongs to the account {primary}.")
}

/// An address is outside of the tenant's domains.
pub fn domain_not_registered(address: &Address) -> String {
    format!("The address {address} is not in any of the tenant's domains.")
}

/// The directory decides about an address.
pub fn held_by_directory(address: &Address) -> String {
    format!(
        "The address {address} comes from the directory: change its account, address type and object type there."
    )
}

/// HSR is switched on for another type than USER.
pub fn hsr_of_other_type(object_type: ObjectType) -> String {
    format!("HSR is only for accounts of type USER; this account is {object_type}")
}

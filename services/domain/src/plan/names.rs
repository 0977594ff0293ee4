//! Numbers that name addresses, objects, claims, accounts and entries in the arenas.

/// The name of a valid address of the directory or the portal.
pub(super) type AddressName = u32;
/// The name of an object: its place in the order of the ids, so that the lower name is the lower id.
pub(super) type ObjectName = u32;
/// The name of a claim; of one object's, the lower name is the lower address.
pub(super) type ClaimName = u32;
/// The name of an account: its place in the order of the ids.
pub(super) type AccountName = u32;
/// The name of an address as an entry of an account.
pub(super) type EntryName = u32;

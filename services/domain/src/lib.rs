//! The rules of Rollcall as pure functions: no I/O, no clock, no async.
//!
//! A directory's entries become objects with claims ([`reading`]), claims and the portal's accounts become verdicts
//! ([`plan`]), and a schedule becomes due times ([`schedule`]). Preview, sync and tests all call the same functions, so
//! that no rule is written twice. Nothing here panics on text or bytes from a customer or from a customer's server: the
//! result is a value, or an error that says what was expected and where.
//!
//! Nothing here reads the clock, a file or the network: the time is an argument.
//!
//! Every sentence that an administrator reads stands in [`sentences`], apart from what decides.

mod syntax;
mod text_enum;

pub mod account;
pub mod acting;
pub mod address;
pub mod attribute;
pub mod bind_account;
pub mod contexts;
pub mod digest;
pub mod dn;
pub mod edit;
pub mod failure;
pub mod filter;
pub mod guard;
pub mod hint;
pub mod id;
pub mod invisible;
pub mod ldap;
pub mod left_out;
pub mod object;
pub mod periods;
pub mod plan;
pub mod ports;
pub mod reading;
pub mod revert;
pub mod schedule;
pub mod sentences;
pub mod skipped;
pub mod time_zone;
pub mod verdict;

pub use address::{Address, DomainName, InvalidAddress, InvalidDomainName};
pub use attribute::{
    AddressAttributes, AttributeDescription, InvalidPermitted, NotPermitted, PROXY_ADDRESSES,
    PermittedAttributes,
};
pub use bind_account::bind_account;
pub use failure::{FailureClass, FailureCode};
pub use filter::Filter;
pub use guard::HeldReason;
pub use hint::{Hint, Hints};
pub use id::{AccountId, Fence, Generation, InvalidId, ObjectId, RunId, TenantId};
pub use invisible::escape_bytes;
pub use left_out::LeftOut;
pub use object::{
    AddressType, Claim, ClaimedAddress, DirectoryObject, MOST_CLAIMS_OF_OBJECT, ObjectType, Origin,
    RefusedValue,
};
pub use periods::{Days, Periods};
pub use ports::{InvalidPorts, Ports};
pub use skipped::Skipped;
pub use syntax::SyntaxError;
pub use verdict::{Reason, Verdict};

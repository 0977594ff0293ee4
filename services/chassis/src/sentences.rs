//! Every sentence that a caller reads from the chassis itself, whatever it asked for.
//!
//! They say nothing of Rollcall, so they stand here and not with the others in `rollcall_domain::sentences`, whose module
//! document says how to write them.

use std::time::Duration;

/// The database or the broker is away.
pub const UNAVAILABLE: &str = "The service cannot do this at the moment. Try again.";
/// A fault of ours.
pub const INTERNAL: &str = "The service failed. Its log says why.";
/// A call panicked.
pub const CRASHED: &str = "The call could not be answered. The service's log says why.";
/// The tenant's lock is taken, and others wait for it.
pub const TENANT_BUSY: &str =
    "Another change for this tenant is in progress, and other calls are already waiting for it. Try again.";
/// The caller gave its call up.
pub const GIVEN_UP: &str = "The call was cancelled before its turn came.";
/// The deadline that the caller set has passed.
pub const DEADLINE_PASSED: &str =
    "The call's deadline passed before its answer. What it began may still be done. Set a later deadline.";
/// The caller's certificate has not the role that the method needs.
pub const CALLER_NOT_ALLOWED: &str = "This client certificate may not call this method.";
/// The caller is limited to other tenants.
pub const TENANT_NOT_ALLOWED: &str =
    "This client certificate may call this method only for certain tenants, and not for the one requested.";
/// The caller must say on whose behalf it calls.
pub const ASSERTION_REQUIRED: &str =
    "This call must carry a signed assertion of the tenant and the person on whose behalf it is made.";
/// The server has no keys of an issuer.
pub const NO_ISSUER: &str = "this server trusts no issuer of assertions";
/// More than one assertion, or one that is no token.
pub const NO_TOKEN: &str = "it is not one signed token (JWT)";
/// Another algorithm than the one that is pinned.
pub const OTHER_ALGORITHM: &str = "it is not signed with EdDSA";
/// The key set has no such key.
pub const UNKNOWN_KEY: &str = "its key is not in the issuer's key set";
/// The signature does not fit.
pub const WRONG_SIGNATURE: &str = "its signature is not valid";
/// Another issuer.
pub const OTHER_ISSUER: &str = "it is from another issuer";
/// Another audience.
pub const OTHER_AUDIENCE: &str = "it is for another audience";
/// A claim is missing or malformed.
pub const WRONG_CLAIMS: &str = "a claim is missing or malformed";
/// Its time has passed.
pub const EXPIRED: &str = "it has expired";
/// Its time has not begun.
pub const NOT_YET_VALID: &str = "it is not valid yet";
/// It would be valid for too long.
pub const LIVES_TOO_LONG: &str = "it is valid for more than 10 minutes";
/// It names another tenant than the call.
pub const OTHER_TENANT: &str = "it is for another tenant";
/// The bytes of the request are no message of the method.
pub const REQUEST_UNREADABLE: &str =
    "The request is no message of this method. Compare the caller's contract with the server's.";
/// The content type is none of gRPC's.
pub const NOT_GRPC: &str =
    "The request is not gRPC with Protocol Buffers. Set the content type application/grpc.";
/// The request is larger than the method takes.
pub const REQUEST_TOO_LARGE: &str = "The request is larger than this method accepts. Send less at once.";
/// The request is compressed.
pub const REQUEST_COMPRESSED: &str = "The request is compressed. Send it without compression.";
/// No service has the method.
pub const UNKNOWN_METHOD: &str =
    "This server has no such method. Check the service's address and the contract.";
/// Health is asked of a service that is not here.
pub const UNKNOWN_SERVICE: &str =
    "This server has no such service. Check the service's address and its name.";
/// The caller does not read its answer.
pub const ANSWER_NOT_READ: &str = "The answer was not read in time. Repeat the call.";
/// A page of less than nothing; it continues the field's name.
pub const PAGE_SIZE: &str = "expected 0 or more entries";

/// The end of a message that names some wrong fields, and not `count` others.
pub fn others(count: usize) -> String {
    format!("; and {count} more")
}

/// An assertion is refused for a reason.
pub fn assertion_refused(why: &str) -> String {
    format!("The assertion is refused: {why}.")
}

/// The caller does not send its request.
pub fn request_late(after: Duration) -> String {
    format!("The request did not arrive within {} s.", after.as_secs())
}

/// One caller has as many `calls` open as it may.
pub fn caller_limit(bound: usize, calls: &str) -> String {
    format!(
        "This caller has {bound} {calls} open, as many as one caller may have. End some of them, or try again later."
    )
}

/// One caller makes more calls in a second than it may.
pub fn caller_rate(per_second: u32) -> String {
    format!(
        "This caller makes more than {per_second} calls in a second, the limit of one caller. Try again later."
    )
}

/// The server has as many `calls` open as it may.
pub fn server_limit(bound: usize, calls: &str) -> String {
    format!("{bound} {calls} are open at this server, which is the limit. Try again later.")
}

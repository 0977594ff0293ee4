//! The identities that call a stack's services, and their roles.

use crate::certificates::Authority;
use crate::endpoints::PORTAL;
use crate::error::Result;

/// The certificate of a caller that only reads tenants' data.
pub const VIEWER: &str = "viewer.rollcall";
/// The certificate of an operator.
pub const OPERATOR: &str = "operator.rollcall";
/// The certificate of a portal's backend for the tenants whose ids begin with `limited-`.
pub const LIMITED: &str = "limited.rollcall";

/// Each role, and the identities that have it. The tests' usual client is portal and operator in one, since most tests
/// are of what happens once a call is allowed.
pub(super) const ROLES: &[(&str, &str)] = &[
    (
        "PORTAL",
        "portal.rollcall, spiffe://rollcall/limited tenants=limited-*",
    ),
    ("VIEWER", "spiffe://rollcall/viewer"),
    ("OPERATOR", "portal.rollcall, spiffe://rollcall/operator"),
    ("WORKER", "spiffe://rollcall/worker"),
    ("SCHEDULER", "spiffe://rollcall/scheduler"),
];

/// Signs the certificates of the clients that are no services.
pub(super) fn sign_clients(authority: &Authority) -> Result<()> {
    authority.sign_client(PORTAL, &[PORTAL], &[])?;
    for (name, uri) in [
        (VIEWER, "spiffe://rollcall/viewer"),
        (OPERATOR, "spiffe://rollcall/operator"),
        (LIMITED, "spiffe://rollcall/limited"),
    ] {
        authority.sign_client(name, &[name], &[uri])?;
    }
    Ok(())
}

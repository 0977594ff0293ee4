//! The assertion of the tenant and the person on whose behalf a call is made.

/// The metadata of a call that carries the assertion, a JSON Web Token.
pub const ASSERTION: &str = "rollcall-assertion";

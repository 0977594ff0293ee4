//! Object identifiers of LDAP's controls, operations and capabilities: each stands here and nowhere else.

/// Control: results in pages (RFC 2696).
pub(crate) const PAGED_RESULTS: &str = "1.2.840.113556.1.4.319";
/// Control: changes since a cookie, DirSync (MS-ADTS 3.1.1.3.4.1.3).
pub(crate) const DIRSYNC: &str = "1.2.840.113556.1.4.841";
/// Control: what a password policy says of a bind (draft-behera-ldap-password-policy section 6).
pub(crate) const PASSWORD_POLICY: &str = "1.3.6.1.4.1.42.2.27.8.5.1";
/// Capabilities by which Active Directory, and its smaller variant AD LDS, announce themselves (MS-ADTS 3.1.1.3.4.3).
pub(crate) const ACTIVE_DIRECTORY: [&str; 2] = ["1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1851"];
/// Notice: the server closes the connection (RFC 4511 section 4.4.1).
pub(crate) const DISCONNECTION: &str = "1.3.6.1.4.1.1466.20036";
/// Operation: TLS from now on (RFC 4511 section 4.14).
pub(crate) const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
/// In place of attributes: none of them (RFC 4511 section 4.5.1.8).
pub(crate) const NO_ATTRIBUTES: &str = "1.1";

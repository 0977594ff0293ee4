//! Result codes of LDAP operations, by their names in RFC 4511 section 4.1.9. [`crate::failure`] says what each means for
//! a run.

/// `success`
pub const SUCCESS: u32 = 0;
/// `timeLimitExceeded`
pub const TIME_LIMIT_EXCEEDED: u32 = 3;
/// `sizeLimitExceeded`
pub const SIZE_LIMIT_EXCEEDED: u32 = 4;
/// `strongerAuthRequired`
pub const STRONGER_AUTH_REQUIRED: u32 = 8;
/// `referral`
pub const REFERRAL: u32 = 10;
/// `adminLimitExceeded`
pub const ADMIN_LIMIT_EXCEEDED: u32 = 11;
/// `confidentialityRequired`
pub const CONFIDENTIALITY_REQUIRED: u32 = 13;
/// `undefinedAttributeType`
pub const UNDEFINED_ATTRIBUTE_TYPE: u32 = 17;
/// `inappropriateMatching`
pub const INAPPROPRIATE_MATCHING: u32 = 18;
/// `constraintViolation`
pub const CONSTRAINT_VIOLATION: u32 = 19;
/// `invalidAttributeSyntax`
pub const INVALID_ATTRIBUTE_SYNTAX: u32 = 21;
/// `noSuchObject`
pub const NO_SUCH_OBJECT: u32 = 32;
/// `invalidDNSyntax`
pub const INVALID_DN_SYNTAX: u32 = 34;
/// `inappropriateAuthentication`
pub const INAPPROPRIATE_AUTHENTICATION: u32 = 48;
/// `invalidCredentials`
pub const INVALID_CREDENTIALS: u32 = 49;
/// `insufficientAccessRights`
pub const INSUFFICIENT_ACCESS_RIGHTS: u32 = 50;
/// `busy`
pub const BUSY: u32 = 51;
/// `unavailable`
pub const UNAVAILABLE: u32 = 52;
/// `unwillingToPerform`
pub const UNWILLING_TO_PERFORM: u32 = 53;

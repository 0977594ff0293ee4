//! Hints: attributes that are read for what they say about an object, its type or its state, and not for addresses.

use crate::text_enum::text_enum;

text_enum! {
    /// Hints, by the names of their attributes.
    pub enum Hint {
        /// The address that an object prefers as its primary.
        Mail = "mail",
        /// Classes of the object. They show its type where Exchange does not.
        ObjectClass = "objectClass",
        /// Flags of an account in Active Directory (MS-ADTS 2.2.16). Bit 2: it is disabled.
        UserAccountControl = "userAccountControl",
        /// State of an account in 389 Directory Server and FreeIPA: `TRUE` if it is locked.
        NsAccountLock = "nsAccountLock",
        /// State of an account in AD LDS: `TRUE` if it is disabled.
        UserAccountDisabled = "msDS-UserAccountDisabled",
        /// State of an account in eDirectory: `TRUE` if it is disabled.
        LoginDisabled = "loginDisabled",
        /// Kind of recipient in Exchange, a number.
        RecipientType = "msExchRecipientTypeDetails",
        /// Kind of a mailbox that Exchange has elsewhere, as bits.
        RemoteRecipientType = "msExchRemoteRecipientType",
    }
}

impl Hint {
    /// The hint in an attribute, whose name may be spelled in any case.
    pub fn of_attribute(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|hint| hint.as_str().eq_ignore_ascii_case(name))
    }
}

//! Decisions of a run about one claim or one absent address, and their reasons.

use crate::text_enum::text_enum;

text_enum! {
    /// Decision of a run about one claim or one absent address.
    pub enum Verdict {
        /// Becomes live.
        Add = "ADD",
        /// Nothing changes.
        Keep = "KEEP",
        /// Its account, address type, object type or origin changes, or it is no longer stale.
        Update = "UPDATE",
        /// Ceases to be live.
        Remove = "REMOVE",
        /// Is absent from the directory, newly or still, and stays in the portal.
        Stale = "STALE",
        /// Refused.
        Skip = "SKIP",
    }
}

text_enum! {
    /// Reason of a verdict. A verdict that says everything has no reason.
    pub enum Reason {
        /// SKIP: not an e-mail address.
        InvalidAddress = "INVALID_ADDRESS",
        /// SKIP: a prefix that no address space has stands before an address in one of the tenant's domains.
        UnknownPrefix = "UNKNOWN_PREFIX",
        /// SKIP: the settings name object types, and not this one.
        TypeExcluded = "TYPE_EXCLUDED",
        /// SKIP: the settings exclude disabled users, and this user is one.
        DisabledExcluded = "DISABLED_EXCLUDED",
        /// SKIP: the settings name domains, and not this one.
        DomainExcluded = "DOMAIN_EXCLUDED",
        /// SKIP: the domain is not one of the tenant's.
        DomainNotRegistered = "DOMAIN_NOT_REGISTERED",
        /// SKIP: it belongs to a portal account that the sync must not change.
        InterferesWithPortalAccount = "INTERFERES_WITH_PORTAL_ACCOUNT",
        /// SKIP: another object of the directory has the better claim.
        ClaimedByOtherObject = "CLAIMED_BY_OTHER_OBJECT",
        /// SKIP: its object keeps another address with the same username portion.
        DuplicateUsername = "DUPLICATE_USERNAME",

        /// ADD: of a new account.
        NewAccount = "NEW_ACCOUNT",
        /// ADD: a further address of an account that is there.
        NewAddress = "NEW_ADDRESS",
        /// ADD: of a removed account that came back with its object.
        Restored = "RESTORED",

        /// UPDATE: a manual account became the directory object's.
        Adopted = "ADOPTED",
        /// UPDATE: a manual account was merged into its object's own account.
        Merged = "MERGED",
        /// UPDATE: the account of a missing object was taken over by an object with the same primary address.
        Rebound = "REBOUND",
        /// UPDATE: the account's primary address changed.
        Renamed = "RENAMED",
        /// UPDATE: the address moved from another account.
        Moved = "MOVED",
        /// UPDATE: the account's type changed.
        TypeChanged = "TYPE_CHANGED",
        /// UPDATE: it was manual, and is synced from now on.
        NowSynced = "NOW_SYNCED",
        /// UPDATE: it was stale and is in the directory again.
        StaleNoMore = "STALE_NO_MORE",
        /// UPDATE: an alias became a domain alias, or the other way round.
        RoleChanged = "ROLE_CHANGED",
        /// UPDATE: an adopted account whose object is missing is manual again.
        GivenBack = "GIVEN_BACK",

        /// STALE or REMOVE: the directory no longer has it.
        Absent = "ABSENT",
        /// STALE or REMOVE: its only claims are refused by the settings, the domains or the address itself.
        OnlyRefusedClaims = "ONLY_REFUSED_CLAIMS",
        /// STALE: absent, but a different server was read than last time; the next complete read decides.
        OtherServer = "OTHER_SERVER",
        /// STALE or KEEP: absent, but not among the approved removals.
        NotApproved = "NOT_APPROVED",
        /// STALE or KEEP: absent, but the operator has paused all removals.
        RemovalsPaused = "REMOVALS_PAUSED",
        /// STALE or KEEP: its object has it only with invisible characters; no sync removes it.
        Spoilt = "SPOILT",

        /// ADD, UPDATE or REMOVE: its account returns to what it was before the reverted run.
        Reverted = "REVERTED",
        /// SKIP: its account is left alone, because a later run or a person has changed it.
        ChangedSince = "CHANGED_SINCE",
        /// SKIP: its account is left alone, because another account now has one of its addresses.
        AddressTaken = "ADDRESS_TAKEN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_leads_back_to_its_value() {
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::parse(verdict.as_str()), Some(*verdict));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
        }
        assert_eq!(Verdict::parse("add"), None);
        assert_eq!(Reason::parse(""), None);
    }
}

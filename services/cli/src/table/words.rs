//! Meanings of the contract's names, in words for a person.

/// A verdict's reason.
pub(super) fn reason(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "INVALID_ADDRESS" => "it is not an e-mail address, or has no prefix such as smtp: in proxyAddresses",
        "UNKNOWN_PREFIX" => "the prefix before it is neither smtp: nor that of another kind of address",
        "TYPE_EXCLUDED" => "the settings import only certain object types, not this one",
        "DISABLED_EXCLUDED" => "the settings leave out disabled users, and this user is disabled",
        "DOMAIN_EXCLUDED" => "the settings import only certain domains, not this one",
        "DOMAIN_NOT_REGISTERED" => "the domain is not registered in the portal",
        "INTERFERES_WITH_PORTAL_ACCOUNT" => "it belongs to a portal account that the sync must not change",
        "CLAIMED_BY_OTHER_OBJECT" => "another object has the stronger claim",
        "DUPLICATE_USERNAME" => "its object keeps another address with the same part before the @",
        "NEW_ACCOUNT" => "belongs to a new account",
        "NEW_ADDRESS" => "a further address of an existing account",
        "RESTORED" => "belongs to a removed account that came back with its object",
        "ADOPTED" => "a manual account became the directory's",
        "MERGED" => "a manual account was merged into its object's own account",
        "REBOUND" => "the account was taken over by an object with the same primary address",
        "RENAMED" => "the account's primary address changed",
        "MOVED" => "the address moved from another account, which is named",
        "TYPE_CHANGED" => "the account's type changed",
        "NOW_SYNCED" => "it was manual, and is synced from now on",
        "STALE_NO_MORE" => "it was stale, and is in the directory again",
        "ROLE_CHANGED" => "an alias became a domain alias, or the other way round",
        "GIVEN_BACK" => "its object is gone, and the account is manual again",
        "ABSENT" => "the directory no longer has it",
        "ONLY_REFUSED_CLAIMS" => {
            "the directory has it, but only in claims that are refused, for the reason named"
        }
        "OTHER_SERVER" => {
            "absent, but a different server was read than last time: the next complete read decides"
        }
        "NOT_APPROVED" => "absent, but not among the approved removals",
        "REMOVALS_PAUSED" => "absent, but the operator has paused all removals",
        "SPOILT" => "its object has it only with characters that cannot be seen; no sync removes it",
        "REVERTED" => "its account returns to what it was before the reverted run",
        "CHANGED_SINCE" => "left alone: a later run or a person changed its account",
        "ADDRESS_TAKEN" => "left alone: another account, which is named, now has one of its addresses",
        _ => return None,
    })
}

/// Reason why a schedule is paused, and the way to end the pause.
pub(super) fn paused(reason: &str) -> &str {
    match reason {
        "CREDENTIALS_REFUSED" => {
            "the directory refused the credentials three times; enter them again with rollcall settings put"
        }
        "REVERTED" => "a sync was reverted; rollcall resume resumes the schedule",
        "OPERATOR" => "the operator has paused the schedules of all tenants",
        other => other,
    }
}

/// Owner of a domain.
pub(super) fn standing(standing: &str) -> &str {
    match standing {
        "OWN" => "the tenant's own",
        "OWN_ALIAS" => "the tenant's, an alias of another domain of its own",
        "NOT_REGISTERED" => "not registered in the portal",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use rollcall_client::view::name;
    use rollcall_proto::v1;

    use super::*;

    #[test]
    fn every_reason_has_its_words() {
        let reasons = (1..100).filter_map(|number| v1::Reason::try_from(number).ok());
        let names: Vec<_> = reasons.filter_map(name).collect();
        assert!(names.len() > 25, "{names:?}");
        for known in names {
            assert!(reason(known).is_some(), "{known}");
        }
    }

    #[test]
    fn every_pause_and_domain_standing_has_its_words() {
        for number in 1..=3 {
            let known = name(v1::PausedReason::try_from(number).unwrap()).unwrap();
            assert_ne!(paused(known), known);
        }
        for number in 1..=3 {
            let known = name(v1::DomainStanding::try_from(number).unwrap()).unwrap();
            assert_ne!(standing(known), known);
        }
    }
}

//! What names of the contract mean, in words for a person.

/// A verdict's reason.
pub(super) fn reason(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "INVALID_ADDRESS" => "it is not an e-mail address",
        "TYPE_EXCLUDED" => "the settings name object types, and not this one",
        "DISABLED_EXCLUDED" => "the settings leave out disabled users, and this user is one",
        "DOMAIN_EXCLUDED" => "the settings name domains, and not this one",
        "OTHER_TENANT" => "the domain belongs to another customer of the portal",
        "DOMAIN_NOT_REGISTERED" => "the domain is not registered in the portal",
        "INTERFERES_WITH_PORTAL_ACCOUNT" => "an account of the portal that no sync may change has it",
        "CLAIMED_BY_OTHER_OBJECT" => "another object of the directory has the better claim",
        "DUPLICATE_USERNAME" => "its object keeps another address with the same part before the @",
        "NEW_ACCOUNT" => "of a new account",
        "NEW_ADDRESS" => "a further address of an account that is there",
        "RESTORED" => "of a removed account that came back with its object",
        "ADOPTED" => "an account made by hand became the directory's",
        "MERGED" => "an account made by hand was taken into its object's own account",
        "REBOUND" => "the account was taken over by an object with the same primary address",
        "RENAMED" => "the account's primary address changed",
        "MOVED" => "the address moved from another account, which is named",
        "TYPE_CHANGED" => "the account's type changed",
        "NOW_SYNCED" => "it was typed in the portal, and is the directory's from here on",
        "STALE_NO_MORE" => "it was stale, and is in the directory again",
        "ROLE_CHANGED" => "an alias became a domain alias, or the other way round",
        "GIVEN_BACK" => "its object is gone, and the account went back to the hand that made it",
        "ABSENT" => "the directory no longer has it",
        "ONLY_REFUSED_CLAIMS" => "the directory has it, but it is refused for the reason that is named",
        "OTHER_SERVER" => "gone, as seen by another server than before: the next complete read decides",
        "NOT_APPROVED" => "gone, but not among the removals that were approved",
        "REMOVALS_PAUSED" => "gone, but the operator has paused all removals",
        "REVERTED" => "its account goes back to what it was before the run that is taken back",
        "CHANGED_SINCE" => "left alone: a later run or a person changed its account",
        "ADDRESS_TAKEN" => "left alone: another account, which is named, has one of its addresses now",
        _ => return None,
    })
}

/// Why a schedule is paused, and what ends it.
pub(super) fn paused(reason: &str) -> &str {
    match reason {
        "CREDENTIALS_REFUSED" => {
            "the directory refused the credentials three times; give them anew with rollcall settings put"
        }
        "REVERTED" => "a sync was reverted; rollcall resume lets it go on",
        "OPERATOR" => "the operator has paused the schedules of all tenants",
        other => other,
    }
}

/// Whose a domain is.
pub(super) fn standing(standing: &str) -> &str {
    match standing {
        "OWN" => "the tenant's own",
        "OWN_ALIAS" => "the tenant's, an alias of another domain of its own",
        "OTHER_TENANT" => "another customer's",
        "NOT_REGISTERED" => "not registered in the portal",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use rollcall_proto::v1;

    use super::*;
    use crate::view::name;

    #[test]
    fn every_reason_has_its_words() {
        let reasons = (1..100).filter_map(|number| v1::Reason::try_from(number).ok());
        let names: Vec<_> = reasons
            .filter_map(|reason| name(reason.as_str_name(), "REASON_"))
            .collect();
        assert!(names.len() > 25, "{names:?}");
        for known in names {
            assert!(reason(known).is_some(), "{known}");
        }
    }

    #[test]
    fn every_pause_and_standing_has_its_words() {
        for number in 1..=3 {
            let known = v1::PausedReason::try_from(number).unwrap().as_str_name();
            let known = name(known, "PAUSED_REASON_").unwrap();
            assert_ne!(paused(known), known);
        }
        for number in 1..=4 {
            let known = v1::DomainStanding::try_from(number).unwrap().as_str_name();
            let known = name(known, "DOMAIN_STANDING_").unwrap();
            assert_ne!(standing(known), known);
        }
    }
}

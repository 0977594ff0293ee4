//! Verdicts: the rule that decided about an address.

use crate::{
    periods::Periods,
    verdict::{Reason, Verdict},
};

/// The rule that decided, as a sentence for a customer's administrator. `other` is what the row names besides its subject.
pub fn explain(verdict: Verdict, reason: Option<Reason>, other: Option<&str>, periods: &Periods) -> String {
    match reason {
        None => of_verdict(verdict).to_owned(),
        Some(reason) => of_reason(verdict, reason, other, periods),
    }
}

fn of_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Add => "The address is new in the portal.",
        Verdict::Keep => "The portal has the address as it should be; nothing changes.",
        Verdict::Update => "The portal's entry for the address changes.",
        Verdict::Remove => "The address is removed from the portal.",
        Verdict::Stale => {
            "The directory does not have the address: it stays in the portal, marked as stale with a date."
        }
        Verdict::Skip => "The address is not imported.",
    }
}

fn of_reason(verdict: Verdict, reason: Reason, other: Option<&str>, periods: &Periods) -> String {
    match reason {
        Reason::InvalidAddress
        | Reason::UnknownPrefix
        | Reason::TypeExcluded
        | Reason::DisabledExcluded
        | Reason::DomainExcluded
        | Reason::DomainNotRegistered => refused(reason).to_owned(),
        Reason::InterferesWithPortalAccount | Reason::ClaimedByOtherObject | Reason::DuplicateUsername => {
            lost(reason, other)
        }
        Reason::NewAccount | Reason::NewAddress | Reason::Restored => added(reason).to_owned(),
        Reason::Adopted
        | Reason::Merged
        | Reason::Rebound
        | Reason::Renamed
        | Reason::Moved
        | Reason::TypeChanged
        | Reason::NowSynced
        | Reason::StaleNoMore
        | Reason::RoleChanged
        | Reason::GivenBack => updated(reason, other),
        Reason::Absent
        | Reason::OnlyRefusedClaims
        | Reason::OtherServer
        | Reason::NotApproved
        | Reason::RemovalsPaused
        | Reason::Spoilt => format!("{} {}", absent(reason, other), stays_or_goes(verdict, periods)),
        Reason::Reverted | Reason::ChangedSince | Reason::AddressTaken => reverted(verdict, reason, other),
    }
}

/// Refused by itself, independently of other claims and of the account that has the address.
fn refused(reason: Reason) -> &'static str {
    match reason {
        Reason::InvalidAddress => {
            "Not imported: it is not a valid e-mail address, or stands in proxyAddresses without a prefix such as smtp:. \
             Correct it in the directory."
        }
        Reason::UnknownPrefix => {
            "Not imported: the prefix before the address is neither smtp: nor that of another kind of address, or it has \
             an invisible character. Correct it in the directory."
        }
        Reason::TypeExcluded => {
            "Not imported: the settings list the object types to import, and its object is of another type."
        }
        Reason::DisabledExcluded => {
            "Not imported: the settings exclude disabled users, and its object is a disabled user."
        }
        Reason::DomainExcluded => {
            "Not imported: the settings list the domains to import, and its domain is not among them."
        }
        _ => {
            "Not imported: its domain is not registered in the portal. If the domain is yours, register it first."
        }
    }
}

/// Refused for the sake of another account, object or address.
fn lost(reason: Reason, other: Option<&str>) -> String {
    let named = |prefix: &str| other.map_or_else(String::new, |other| format!("{prefix}{other}"));
    match reason {
        Reason::InterferesWithPortalAccount => format!(
            "Not imported: it belongs to a portal account that the sync must not change{}. To import it from the \
             directory, remove the address from that account first.",
            named(", that of ")
        ),
        Reason::ClaimedByOtherObject => format!(
            "Not imported from this object: another object has the stronger claim{}. A primary address beats an alias; \
             then the object that already has the address wins, then the lower object id.",
            named(": ")
        ),
        _ => format!(
            "Not imported: its object keeps another address with the same part before the @{}, and the settings import \
             only one of them.",
            named(", ")
        ),
    }
}

/// Becomes live.
fn added(reason: Reason) -> &'static str {
    match reason {
        Reason::NewAccount => "Its object is new to the portal; an account is created for it.",
        Reason::NewAddress => "Its account already exists and gets it as a further address.",
        _ => {
            "Its object is back, so its removed account is restored, with its settings and without a welcome message."
        }
    }
}

/// Changes.
fn updated(reason: Reason, other: Option<&str>) -> String {
    let of = |what: &str| other.map_or_else(|| what.to_owned(), |other| format!("that of {other}"));
    match reason {
        Reason::Adopted => "A manual account has the primary address of this object, and belongs to the object from \
                            now on.".to_owned(),
        Reason::Merged => format!(
            "A manual account, {}, has the primary address of an object that has an account of its own; it is merged \
             into that account.",
            of("another account")
        ),
        Reason::Rebound => "The object of this account is gone, and another object has its primary address; the \
                            account belongs to that object from now on."
            .to_owned(),
        Reason::Renamed => "The primary address of its account changes.".to_owned(),
        Reason::Moved => format!(
            "A different object has the address now, so it moves here from another account, {}.",
            of("which no longer has it")
        ),
        Reason::TypeChanged => "Its object has a different type than before, and so has the account. HSR is only for \
                                users.".to_owned(),
        Reason::NowSynced => "It was manual; the directory has it too, and decides about it from now on.".to_owned(),
        Reason::StaleNoMore => "It was marked as stale, and is in the directory again.".to_owned(),
        Reason::RoleChanged => "An alias became a domain alias, or a domain alias an alias.".to_owned(),
        _ => "The object of an account that was created manually is gone; the account and this address are manual \
              again, because the settings keep manual entries."
            .to_owned(),
    }
}

/// Is not in the directory, or only with claims that are refused.
fn absent(reason: Reason, other: Option<&str>) -> String {
    match reason {
        Reason::OnlyRefusedClaims => {
            let why = other.and_then(Reason::parse).map(refused_claims);
            format!(
                "The directory has the address only where it is not imported{}.",
                why.map_or_else(String::new, |why| format!(": {why}"))
            )
        }
        Reason::OtherServer => {
            "The directory does not have the address, but a different one of your servers was read \
                                than last time; the next complete read decides."
                .to_owned()
        }
        Reason::NotApproved => {
            "The directory does not have the address, but it is not among the approved removals; \
                                the next run decides."
                .to_owned()
        }
        Reason::RemovalsPaused => {
            "The directory does not have the address, but all removals are currently paused.".to_owned()
        }
        Reason::Spoilt => {
            "Its object has the address only with characters that cannot be seen. The row of the refused value shows them \
             by their numbers, or else names the attribute that they are in. Delete them in the directory. No sync \
             removes the address."
                .to_owned()
        }
        _ => "The directory does not have the address.".to_owned(),
    }
}

/// Reason why the claims of an address are refused, in half a sentence.
fn refused_claims(reason: Reason) -> &'static str {
    match reason {
        Reason::TypeExcluded => "its object is of a type that the settings exclude",
        Reason::DisabledExcluded => "its object is a disabled user, and the settings exclude those",
        Reason::DomainExcluded => "its domain is not among those that the settings list",
        Reason::DomainNotRegistered => "its domain is not registered in the portal",
        Reason::DuplicateUsername => "its object keeps another address with the same part before the @",
        _ => "its claims are refused",
    }
}

fn stays_or_goes(verdict: Verdict, periods: &Periods) -> String {
    match verdict {
        Verdict::Remove => format!(
            "It is removed, because Remove Accounts is on; an account left without an address can be restored for {}.",
            periods.removed_accounts
        ),
        Verdict::Stale => "It stays in the portal, marked as stale with a date.".to_owned(),
        _ => "It stays as a manual address.".to_owned(),
    }
}

/// Outcome of the address when a run is reverted.
fn reverted(verdict: Verdict, reason: Reason, other: Option<&str>) -> String {
    let what = match reason {
        Reason::ChangedSince => {
            return "Left alone: a later run or a person has changed its account since then.".to_owned();
        }
        Reason::AddressTaken => {
            let by = other.map_or_else(String::new, |other| format!(", that of {other}"));
            return format!("Left alone: another account{by} now has an address of its account.");
        }
        _ => "The run that changed its account was reverted",
    };
    match verdict {
        Verdict::Add => format!("{what}: the address is in the portal again."),
        Verdict::Remove => format!("{what}: the address is no longer in the portal."),
        _ => format!("{what}: it is what it was before."),
    }
}

#[cfg(test)]
mod tests;

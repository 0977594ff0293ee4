//! The rule that decided, in a sentence.

use super::{Reason, Verdict};

/// The rule that decided, as a sentence for a customer's administrator. `other` is what the row names besides its subject.
pub fn explain(verdict: Verdict, reason: Option<Reason>, other: Option<&str>) -> String {
    match reason {
        None => of_verdict(verdict).to_owned(),
        Some(reason) => of_reason(verdict, reason, other),
    }
}

fn of_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Add => "The address is new in the portal.",
        Verdict::Keep => "The portal holds the address as it should; nothing changes.",
        Verdict::Update => "What the portal holds of the address changes.",
        Verdict::Remove => "The address is removed from the portal.",
        Verdict::Stale => {
            "The directory does not have the address: it stays in the portal, marked with the date since when."
        }
        Verdict::Skip => "The address is not imported.",
    }
}

fn of_reason(verdict: Verdict, reason: Reason, other: Option<&str>) -> String {
    match reason {
        Reason::InvalidAddress
        | Reason::TypeExcluded
        | Reason::DisabledExcluded
        | Reason::DomainExcluded
        | Reason::OtherTenant
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
        | Reason::RemovalsPaused => format!("{} {}", absent(reason, other), stays_or_goes(verdict)),
        Reason::Reverted | Reason::ChangedSince | Reason::AddressTaken => reverted(verdict, reason, other),
    }
}

/// Refused by itself, whoever else claims or holds the address.
fn refused(reason: Reason) -> &'static str {
    match reason {
        Reason::InvalidAddress => "Not imported: it is no valid e-mail address. Correct it in the directory.",
        Reason::TypeExcluded => {
            "Not imported: the settings name the kinds of object to import, and its object is of another kind."
        }
        Reason::DisabledExcluded => {
            "Not imported: the settings exclude disabled users, and its object is one."
        }
        Reason::DomainExcluded => {
            "Not imported: the settings name the domains to import, and its domain is not among them."
        }
        Reason::OtherTenant => "Not imported: its domain belongs to another customer of the portal.",
        _ => "Not imported: its domain is not registered in the portal. Register it first if it is yours.",
    }
}

/// Refused for the sake of another account, object or address.
fn lost(reason: Reason, other: Option<&str>) -> String {
    let named = |prefix: &str| other.map_or_else(String::new, |other| format!("{prefix}{other}"));
    match reason {
        Reason::InterferesWithPortalAccount => format!(
            "Not imported: an account of the portal holds it that the sync may not change{}. Remove the address from that account \
             first if it is to come from the directory.",
            named(", that of ")
        ),
        Reason::ClaimedByOtherObject => format!(
            "Not given to it: another object of the directory has the better claim{}. A primary address goes before an alias, \
             then who holds the address already, then the lower object id.",
            named(": ")
        ),
        _ => format!(
            "Not imported: its object keeps another address with the same part before the @{}, and the settings import only one \
             of them.",
            named(", ")
        ),
    }
}

/// Becomes live.
fn added(reason: Reason) -> &'static str {
    match reason {
        Reason::NewAccount => "Its object is new to the portal, and gets an account with it.",
        Reason::NewAddress => "Its account, which is there already, gets it as a further address.",
        _ => {
            "Its object is back, and so is the account that was removed, with its settings and without a welcome message."
        }
    }
}

/// Changes.
fn updated(reason: Reason, other: Option<&str>) -> String {
    let of = |what: &str| other.map_or_else(|| what.to_owned(), |other| format!("that of {other}"));
    match reason {
        Reason::Adopted => "An account made by hand has the primary address of this object, and from here on is the object's.".to_owned(),
        Reason::Merged => format!(
            "An account made by hand, {}, has the primary address of an object that has an account of its own; it is taken into that \
             one.",
            of("another one")
        ),
        Reason::Rebound => "The object of this account is gone, and another one has its primary address; the account is that object's \
                            from here on."
            .to_owned(),
        Reason::Renamed => "The primary address of its account changes.".to_owned(),
        Reason::Moved => format!(
            "The object that has the address now is another one than before: it moves here from another account, {}.",
            of("which no longer has it")
        ),
        Reason::TypeChanged => "Its object is of another kind than before, and so is the account. HSR is for users alone.".to_owned(),
        Reason::NowSynced => "It was typed in the portal; the directory has it too, and decides on it from here on.".to_owned(),
        Reason::StaleNoMore => "It was marked as gone from the directory, and is there again.".to_owned(),
        Reason::RoleChanged => "An alias became a domain alias, or a domain alias an alias.".to_owned(),
        _ => "The object of an account that was made by hand is gone; the account, with this address, is again the hand's that made it, \
              since the settings keep what was made by hand."
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
        Reason::OtherServer => "The directory does not have the address, but another server of yours was read than the last time; \
                                the next complete read decides."
            .to_owned(),
        Reason::NotApproved => "The directory does not have the address, but it is not among the removals that were approved; the \
                                next run decides."
            .to_owned(),
        Reason::RemovalsPaused => {
            "The directory does not have the address, but all removals are paused at the moment.".to_owned()
        }
        _ => "The directory does not have the address.".to_owned(),
    }
}

/// Why the claims of an address are refused, in half a sentence.
fn refused_claims(reason: Reason) -> &'static str {
    match reason {
        Reason::TypeExcluded => "its object is of a kind that the settings leave out",
        Reason::DisabledExcluded => "its object is a disabled user, and the settings exclude those",
        Reason::DomainExcluded => "its domain is not among those that the settings name",
        Reason::OtherTenant => "its domain belongs to another customer of the portal",
        Reason::DomainNotRegistered => "its domain is not registered in the portal",
        Reason::DuplicateUsername => "its object keeps another address with the same part before the @",
        _ => "its claims are refused",
    }
}

fn stays_or_goes(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Remove => {
            "It is removed, since Remove Accounts is on; an account that is left with no address can be restored for 30 days."
        }
        Verdict::Stale => "It stays in the portal, marked with the date since when.",
        _ => "It stays as it was typed in the portal.",
    }
}

/// What becomes of the address when a run is taken back.
fn reverted(verdict: Verdict, reason: Reason, other: Option<&str>) -> String {
    let what = match reason {
        Reason::ChangedSince => {
            return "Left alone: a later run, or a person, has changed its account since.".to_owned();
        }
        Reason::AddressTaken => {
            let by = other.map_or_else(String::new, |other| format!(", that of {other}"));
            return format!("Left alone: another account{by} has an address of its account now.");
        }
        _ => "The run that changed its account was taken back",
    };
    match verdict {
        Verdict::Add => format!("{what}: the address is in the portal again."),
        Verdict::Remove => format!("{what}: the address is no longer in the portal."),
        _ => format!("{what}: it is what it was before."),
    }
}

#[cfg(test)]
mod tests;

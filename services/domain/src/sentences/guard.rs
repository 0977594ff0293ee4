//! HELD runs and previews of such: what would be removed or created, and what to do about it; and the limits that hold a
//! run.

use std::fmt::Write as _;

use super::words::{counted, list};
use crate::guard::{
    CreationLimit, DEFAULT_ACCOUNTS, DEFAULT_NEW_ACCOUNTS, DEFAULT_PERCENT, HeldReason, Hold, Holds,
    RemovalLimit,
};
use crate::hint::{Hint, Hints};
use crate::plan::{DomainCause, LostDomain};

/// Sentence for every HELD run.
const NOTHING_CHANGED: &str = "Nothing has been changed, and additions are on hold as well.";
const APPROVE: &str = "Review the rows of the run, and approve it if they are right. If they are not, correct the \
                       directory or the settings, and sync again.";
const PREVIEW: &str = "Review the rows, then sync again without a preview, or start a new preview first.";

/// Domains among the causes that are named; a customer may have thousands.
const DOMAINS_NAMED: usize = 3;

/// Sentence for every preview whose sync would be HELD.
const WOULD_WAIT: &str = "A sync would change nothing and wait for approval. If this is not right, correct the directory \
                          or the settings first.";

impl Holds {
    /// Reasons and advice of a HELD run.
    pub fn message(&self) -> String {
        let hints = self.vanished();
        let advice = if !hints.is_empty() {
            format!(
                "{} If the directory is meant to be without {}, review the rows of the run and approve it.",
                show_again(hints),
                them(hints)
            )
        } else if self.reasons().all(HeldReason::is_approvable) {
            APPROVE.to_owned()
        } else {
            PREVIEW.to_owned()
        };
        format!("{} {NOTHING_CHANGED} {advice}", self.matters())
    }

    /// The same of a preview, which changes nothing anyway and cannot be approved.
    pub fn forecast(&self) -> String {
        let hints = self.vanished();
        if hints.is_empty() {
            return format!("{} {WOULD_WAIT}", self.matters());
        }
        format!(
            "{} A sync would change nothing and wait for approval. {}",
            self.matters(),
            show_again(hints)
        )
    }

    fn matters(&self) -> String {
        let matters = self.iter().map(matter).chain(lost_domains(self.domains()));
        matters.collect::<Vec<_>>().join(" ")
    }
}

impl CreationLimit {
    /// The limit as an administrator reads it.
    pub fn in_words(self) -> String {
        match self.accounts {
            Some(accounts) => counted(accounts.into(), "account", "accounts"),
            None => format!(
                "default: {DEFAULT_NEW_ACCOUNTS} accounts or half of the live ones, whichever is more"
            ),
        }
    }
}

impl RemovalLimit {
    /// The limit as an administrator reads it.
    pub fn in_words(self) -> String {
        let accounts = self.accounts.map(|accounts| match accounts {
            1 => "1 account".to_owned(),
            accounts => format!("{accounts} accounts"),
        });
        let percent = self.percent.map(|percent| format!("{percent} % of the accounts"));
        match (accounts, percent) {
            (None, None) => format!(
                "default: {DEFAULT_ACCOUNTS} accounts or {DEFAULT_PERCENT} %, whichever is more, but at most half"
            ),
            (Some(one), None) | (None, Some(one)) => one,
            (Some(accounts), Some(percent)) => format!("{accounts} or {percent}, whichever is less"),
        }
    }
}

fn matter(hold: &Hold) -> String {
    match *hold {
        Hold::RemovalLimit {
            reduced,
            approved,
            earlier,
            allowed,
        } => limit(reduced, approved, earlier, allowed),
        Hold::EmptyRead { removed, marked } => empty(removed, marked),
        Hold::HintsVanished { hints } => vanished(hints),
        Hold::FirstRemoval { removed } => format!(
            "This is the first run since Remove Accounts was switched on. It would remove {}; no preview has shown all \
             of these removals.",
            counted(removed, "address", "addresses")
        ),
        Hold::ChangedSincePreview { differences } => format!(
            "The result would differ from the preview you reviewed: {}.",
            match differences {
                1 => "1 row differs".to_owned(),
                more => format!("{more} rows differ"),
            }
        ),
        Hold::TooManyNew {
            created,
            approved,
            welcomes,
            allowed,
        } => too_many_new(created, approved, welcomes, allowed),
    }
}

/// The beginning of a sentence about what a run would do without approval.
fn the_run_would(approved: u64) -> String {
    match approved {
        0 => "The run would".to_owned(),
        1 => "Besides the account that is approved, the run would".to_owned(),
        more => format!("Besides the {more} accounts that are approved, the run would"),
    }
}

fn limit(reduced: u64, approved: u64, earlier: u64, allowed: u64) -> String {
    let accounts = |number| counted(number, "account", "accounts");
    let before = match earlier {
        0 => String::new(),
        earlier => format!(", on top of {} in the last 24 hours", accounts(earlier)),
    };
    let limit = match allowed {
        0 => "every removal needs approval".to_owned(),
        allowed => format!("the limit for 24 hours is {}", accounts(allowed)),
    };
    format!(
        "{} remove, or take addresses from, {}{before}; {limit}.",
        the_run_would(approved),
        accounts(reduced)
    )
}

/// Domains among the causes, as far as there is room for them.
fn lost_domains(domains: &[LostDomain]) -> Option<String> {
    if domains.is_empty() {
        return None;
    }
    let (named, others) = domains.split_at(domains.len().min(DOMAINS_NAMED));
    let mut items: Vec<String> = named.iter().map(lost_domain).collect();
    if !others.is_empty() {
        items.push(counted(others.len() as u64, "other domain", "other domains"));
    }
    Some(format!("Among the causes: {}.", items.join("; ")))
}

fn lost_domain(domain: &LostDomain) -> String {
    let why = match domain.cause {
        DomainCause::NotRegistered => "is not registered in the portal",
        DomainCause::Excluded => "is not among the domains that the settings list",
    };
    let addresses = counted(domain.addresses, "address", "addresses");
    format!("{} {why} ({addresses})", domain.name)
}

fn too_many_new(created: u64, approved: u64, welcomes: u64, allowed: u64) -> String {
    let accounts = |number| counted(number, "account", "accounts");
    let and_send = match welcomes {
        0 => String::new(),
        welcomes => format!(
            " and send {}, which cannot be taken back",
            counted(welcomes, "welcome message", "welcome messages")
        ),
    };
    let limit = match allowed {
        0 => "every new account needs approval".to_owned(),
        allowed => format!("the limit for a run is {}", accounts(allowed)),
    };
    format!(
        "{} create {}{and_send}; {limit}.",
        the_run_would(approved),
        accounts(created)
    )
}

fn empty(removed: u64, marked: u64) -> String {
    let addresses = |number| counted(number, "address", "addresses");
    let would = match (removed, marked) {
        (0, 0) => "return adopted accounts to the portal".to_owned(),
        (0, marked) => format!("mark {} as stale", addresses(marked)),
        (removed, 0) => format!("remove {}", addresses(removed)),
        (removed, marked) => format!(
            "remove {} and mark {} as stale",
            addresses(removed),
            addresses(marked)
        ),
    };
    format!(
        "The directory returned no objects, so the run would {would}. Check that the search base, the filter and the \
         rights of the account that reads the directory are still correct."
    )
}

fn vanished(hints: Hints) -> String {
    let them = them(hints);
    let mut text = format!(
        "No object in the directory shows {} any more. In the last applied read, objects that are still there showed {them}.",
        names(hints)
    );
    let kind = Hints::NONE
        .with(Hint::ObjectClass)
        .with(Hint::RecipientType)
        .with(Hint::RemoteRecipientType);
    for (which, consequence) in [
        (Hints::OF_STATE, "disabled users cannot be told from the others"),
        (
            kind,
            "users, shared mailboxes, resources and groups cannot be told apart",
        ),
        (
            Hints::NONE.with(Hint::Mail),
            "the wrong one of several addresses may become the primary",
        ),
    ] {
        if !hints.and(which).is_empty() {
            // Writing to a String cannot fail.
            write!(text, " Without {them}, {consequence}.").ok();
        }
    }
    text
}

fn show_again(hints: Hints) -> String {
    format!(
        "Give the account that reads the directory the right to read {} again, then sync again.",
        names(hints)
    )
}

/// The attributes of the hints, as a list.
fn names(hints: Hints) -> String {
    let names: Vec<_> = hints.iter().map(|hint| hint.as_str().to_owned()).collect();
    list(&names)
}

fn them(hints: Hints) -> &'static str {
    if hints.iter().count() == 1 { "it" } else { "them" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vanished_hints_are_named_with_what_follows_and_what_to_do() {
        let hints = Hints::NONE.with(Hint::UserAccountControl);
        assert_eq!(
            Holds::from(Hold::HintsVanished { hints }).message(),
            "No object in the directory shows userAccountControl any more. In the last applied read, objects that are \
             still there showed it. Without it, disabled users cannot be told from the others. Nothing has been \
             changed, and additions are on hold as well. Give the account that reads the directory the right to read \
             userAccountControl again, then sync again. If the directory is meant to be without it, review the rows of \
             the run and approve it."
        );
        let hints = hints.with(Hint::RecipientType).with(Hint::Mail);
        let forecast = Holds::from(Hold::HintsVanished { hints }).forecast();
        assert!(
            forecast.contains("mail, userAccountControl and msExchRecipientTypeDetails")
                && forecast.contains("showed them")
                && forecast.contains("shared mailboxes")
                && forecast.contains("the primary")
                && forecast.contains("would change nothing and wait for approval"),
            "{forecast}"
        );
    }
}

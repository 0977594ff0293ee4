//! HELD runs and previews of such: what would be removed or created, and what to do about it; and the limits that hold a
//! run.

use super::words::counted;
use crate::guard::{
    CreationLimit, DEFAULT_ACCOUNTS, DEFAULT_NEW_ACCOUNTS, DEFAULT_PERCENT, HeldReason, Hold, Holds,
    RemovalLimit,
};
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
        let advice = if self.reasons().all(HeldReason::is_approvable) {
            APPROVE
        } else {
            PREVIEW
        };
        format!("{} {NOTHING_CHANGED} {advice}", self.matters())
    }

    /// The same of a preview, which changes nothing anyway and cannot be approved.
    pub fn forecast(&self) -> String {
        format!("{} {WOULD_WAIT}", self.matters())
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
            earlier,
            allowed,
        } => limit(reduced, earlier, allowed),
        Hold::EmptyRead { removed, marked } => empty(removed, marked),
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
            welcomes,
            allowed,
        } => too_many_new(created, welcomes, allowed),
    }
}

fn limit(reduced: u64, earlier: u64, allowed: u64) -> String {
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
        "The run would remove, or take addresses from, {}{before}; {limit}.",
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
        DomainCause::OtherTenant => "belongs to another customer of the portal",
        DomainCause::Excluded => "is not among the domains that the settings list",
    };
    let addresses = counted(domain.addresses, "address", "addresses");
    format!("{} {why} ({addresses})", domain.name)
}

fn too_many_new(created: u64, welcomes: u64, allowed: u64) -> String {
    let accounts = |number| counted(number, "account", "accounts");
    let welcomed = match welcomes {
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
    format!("The run would create {}{welcomed}; {limit}.", accounts(created))
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

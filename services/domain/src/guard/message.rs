//! What is said of a run that is held: a few sentences for the customer's administrator.

use super::Hold;

/// What holds of every run that is held.
const NOTHING_CHANGED: &str = "Nothing has been changed; what the run would add waits too.";
const APPROVE: &str = "Look at the rows of the run, and approve its removals if they are right; if they are not, correct the \
                       directory or the settings and sync again.";
const PREVIEW: &str = "Look at the rows, and sync again: without naming a preview, or after a new one.";

/// What holds of every preview whose sync would be held.
const WOULD_WAIT: &str = "A sync would change nothing and wait for approval. If these removals are not right, correct the directory \
                          or the settings first.";

/// Of a run that is held.
pub(super) fn of(hold: &Hold) -> String {
    let advice = if hold.reason().is_approvable() {
        APPROVE
    } else {
        PREVIEW
    };
    format!("{} {NOTHING_CHANGED} {advice}", matter(hold))
}

/// Of a preview, which changes nothing anyway and cannot be approved.
pub(super) fn forecast(hold: &Hold) -> String {
    format!("{} {WOULD_WAIT}", matter(hold))
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
            "This is the first run since Remove Accounts was switched on. It would remove {}, and no preview has shown all of \
             that.",
            counted(removed, "address", "addresses")
        ),
        Hold::ChangedSincePreview { differences } => format!(
            "The run would decide otherwise than the preview that was looked at: {}.",
            match differences {
                1 => "1 row differs".to_owned(),
                more => format!("{more} rows differ"),
            }
        ),
    }
}

fn limit(reduced: u64, earlier: u64, allowed: u64) -> String {
    let accounts = |number| counted(number, "account", "accounts");
    let before = match earlier {
        0 => String::new(),
        earlier => format!(", after {} in the last 24 hours", accounts(earlier)),
    };
    let limit = match allowed {
        0 => "every removal is to be approved".to_owned(),
        allowed => format!("the limit for 24 hours is {}", accounts(allowed)),
    };
    format!(
        "The run would remove, or take an address from, {}{before}; {limit}.",
        accounts(reduced)
    )
}

fn empty(removed: u64, marked: u64) -> String {
    let addresses = |number| counted(number, "address", "addresses");
    let would = match (removed, marked) {
        (0, 0) => "give accounts that it adopted back to the portal".to_owned(),
        (0, marked) => format!("mark {} as gone", addresses(marked)),
        (removed, 0) => format!("remove {}", addresses(removed)),
        (removed, marked) => format!(
            "remove {} and mark {} as gone",
            addresses(removed),
            addresses(marked)
        ),
    };
    format!(
        "The directory answered without a single object, so the run would {would}. Check that the search base, the filter and \
         the rights of the account that reads the directory are still what they should be."
    )
}

fn counted(number: u64, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

//! Decides if a run must be HELD: brings the guard its facts.

use rollcall_domain::{
    Verdict,
    guard::{self, Hold, RemovalLimit, Situation},
    plan::Plan,
};
use rollcall_proto::v1;

use super::facts::{DirectoryRead, Facts};

/// Reason why the run must be HELD; for a preview, why the sync would be.
pub(super) fn judge(facts: &Facts, read: &DirectoryRead, plan: &Plan<'_>) -> Option<Hold> {
    let reduced = match &facts.approved {
        None => plan.counts.accounts_reduced,
        Some(approved) => plan.reduced_beyond(&approved.addresses),
    };
    guard::judge(&Situation {
        objects: read.directory.objects(),
        counts: plan.counts,
        reduced,
        earlier: if reduced > 0 { facts.reduced_lately } else { 0 },
        live: facts.portal.live_accounts(),
        limit: limit(&facts.settings),
        unseen_first_removal: is_unseen_first_removal(facts, plan),
        empty_read_approved: facts
            .approved
            .as_ref()
            .is_some_and(|approved| approved.reason == v1::HeldReason::EmptyRead),
    })
}

/// True if the run is the first since Remove Accounts was switched on, and would remove something that no preview has
/// shown since then.
fn is_unseen_first_removal(facts: &Facts, plan: &Plan<'_>) -> bool {
    let Some(shown) = &facts.removal.shown_before_first else {
        return false;
    };
    let removes = plan.rows.iter().filter(|row| row.verdict == Verdict::Remove);
    removes.into_iter().any(|row| !shown.contains(row.address))
}

/// The limit that the settings give.
fn limit(settings: &v1::Settings) -> RemovalLimit {
    let removal = settings.removal.unwrap_or_default();
    RemovalLimit {
        accounts: removal.limit_accounts.map(i32::unsigned_abs),
        percent: removal.limit_percent.map(i32::unsigned_abs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_nothing_is_not_no_limit() {
        assert_eq!(limit(&v1::Settings::default()), RemovalLimit::default());
        let asks_always = v1::Settings {
            removal: Some(v1::Removal {
                limit_accounts: Some(0),
                ..v1::Removal::default()
            }),
            ..v1::Settings::default()
        };
        let expected = RemovalLimit {
            accounts: Some(0),
            percent: None,
        };
        assert_eq!(limit(&asks_always), expected);
    }
}

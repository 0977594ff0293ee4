//! Decides if a run must be HELD: brings the guard its facts.

use rollcall_domain::{
    Verdict,
    guard::{self, CreationLimit, Holds, RemovalLimit, Situation},
    plan::Plan,
};
use rollcall_proto::v1;

use super::facts::{DirectoryRead, Facts};

/// Reasons why the run must be HELD; for a preview, why the sync would be.
pub(super) fn judge(facts: &Facts, read: &DirectoryRead, plan: &Plan<'_>) -> Option<Holds> {
    let approved = facts.approved.as_ref();
    let reduced = reduced_unapproved(facts, plan);
    let is_approved = |object: &str| {
        approved.is_some_and(|approved| approved.new_objects.contains(&read.directory, object))
    };
    let approved_hints = approved.map(|approved| approved.hints);
    let holds = guard::judge(&Situation {
        objects: read.directory.objects(),
        vanished: facts.vanished.without(approved_hints.unwrap_or_default()),
        counts: plan.counts,
        reduced,
        earlier: if reduced > 0 { facts.reduced_lately } else { 0 },
        live: facts.portal.live_accounts(),
        limit: removal_limit(&facts.settings),
        unseen_first_removal: is_unseen_first_removal(facts, plan),
        empty_read_approved: approved.is_some_and(|approved| approved.reason == v1::HeldReason::EmptyRead),
        created: plan.created_beyond(is_approved),
        creation_limit: creation_limit(&facts.settings, facts.is_first_applied),
    })?;
    Some(holds.naming(|| plan.lost_domains()))
}

/// Accounts that the plan reduces, without what a person approved.
pub(super) fn reduced_unapproved(facts: &Facts, plan: &Plan<'_>) -> u64 {
    facts
        .approved
        .as_ref()
        .map_or(plan.counts.accounts_reduced, |approved| {
            plan.reduced_beyond(&approved.addresses)
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

/// The limit of removals that the settings give.
fn removal_limit(settings: &v1::Settings) -> RemovalLimit {
    let removal = settings.removal.unwrap_or_default();
    RemovalLimit {
        accounts: removal.limit_accounts.map(i32::unsigned_abs),
        percent: removal.limit_percent.map(i32::unsigned_abs),
    }
}

/// The limit of new accounts that the settings give; `None` for the first run that is applied.
fn creation_limit(settings: &v1::Settings, is_first_applied: bool) -> Option<CreationLimit> {
    let new_users = settings.new_users.unwrap_or_default();
    (!is_first_applied).then_some(CreationLimit {
        accounts: new_users.limit_accounts.map(i32::unsigned_abs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_nothing_is_not_no_limit() {
        assert_eq!(removal_limit(&v1::Settings::default()), RemovalLimit::default());
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
        assert_eq!(removal_limit(&asks_always), expected);
    }

    #[test]
    fn the_first_run_that_is_applied_has_no_limit_of_new_accounts() {
        let limited = v1::Settings {
            new_users: Some(v1::NewUsers {
                limit_accounts: Some(0),
                ..v1::NewUsers::default()
            }),
            ..v1::Settings::default()
        };
        assert_eq!(creation_limit(&limited, true), None);
        assert_eq!(
            creation_limit(&limited, false),
            Some(CreationLimit { accounts: Some(0) })
        );
        let default = creation_limit(&v1::Settings::default(), false);
        assert_eq!(default, Some(CreationLimit::default()));
    }
}

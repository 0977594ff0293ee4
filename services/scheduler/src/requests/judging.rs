//! Answers to a caller that wants to approve a run, revert it, or expect it of a sync: the rules' answer as a
//! refusal.

use jiff::Timestamp;
use rollcall_chassis::status::ApiError;
use rollcall_domain::{
    HeldReason, Periods,
    acting::{self, AppliedRun, ApprovalRefused, ExpectationRefused, ExpectedRun, HeldRun, RevertRefused},
};
use rollcall_proto::v1::{RunKind, RunState};
use rollcall_terms::Twin as _;

use crate::{
    refusals::{
        already_approved, already_reverted, approval_expired, domains_changed, not_a_finished_sync,
        not_a_preview, not_approvable, not_held, not_newest_held, nothing_to_revert, preview_superseded,
        revert_expired, rows_expired, settings_changed,
    },
    store::RunFacts,
};

/// In the metadata of a refusal: the run that does already what is asked for. So a call whose answer was lost can be
/// repeated.
const BY: &str = "run_id";

/// Checks that the removals which the run shows can be approved.
pub(super) fn approvable(run: &RunFacts, periods: &Periods, now: Timestamp) -> Result<(), ApiError> {
    let held = HeldRun {
        is_held: run.state == RunState::Held,
        reason: HeldReason::of_message(run.held_reason),
        approved_by: run.acted_on_by,
        is_newest: run.newest_held,
        end_time: run.end_time,
        same_settings: run.same_settings,
        same_domains: run.same_domains,
    };
    acting::approvable(&held, periods, now).map_err(|refused| match refused {
        ApprovalRefused::NotHeld => not_held(),
        ApprovalRefused::NotApprovable => not_approvable(),
        ApprovalRefused::AlreadyApproved(approval) => already_approved().with(BY, approval.to_string()),
        ApprovalRefused::NotNewest => not_newest_held(),
        ApprovalRefused::Expired => approval_expired(periods.approvals()),
        ApprovalRefused::SettingsChanged => settings_changed(),
        ApprovalRefused::DomainsChanged => domains_changed(),
    })
}

/// Checks that the run can be reverted.
pub(super) fn revertible(run: &RunFacts, periods: &Periods, now: Timestamp) -> Result<(), ApiError> {
    let applied = AppliedRun {
        is_finished_sync: run.kind == RunKind::Sync && run.state == RunState::Succeeded,
        reverted_by: run.acted_on_by,
        is_reverted: run.reverted,
        end_time: run.end_time,
        changed_accounts: run.accounts_changed != 0,
    };
    acting::revertible(&applied, periods, now).map_err(|refused| match refused {
        RevertRefused::NotAFinishedSync => not_a_finished_sync(),
        RevertRefused::AlreadyReverted(Some(revert)) => already_reverted().with(BY, revert.to_string()),
        RevertRefused::AlreadyReverted(None) => already_reverted(),
        RevertRefused::Expired => revert_expired(periods.reverts()),
        RevertRefused::NothingToRevert => nothing_to_revert(),
    })
}

/// Checks that a sync can be compared with the run.
pub(super) fn expectable(run: &RunFacts, now: Timestamp) -> Result<(), ApiError> {
    let expected = ExpectedRun {
        is_finished_preview: run.kind == RunKind::Preview && run.state == RunState::Succeeded,
        is_superseded: run.rows_superseded,
        rows_expire_time: run.rows_expire_time,
    };
    acting::expectable(&expected, now).map_err(|refused| match refused {
        ExpectationRefused::NotAPreview => not_a_preview(),
        ExpectationRefused::Superseded => preview_superseded(),
        ExpectationRefused::RowsExpired => rows_expired(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use rollcall_chassis::status::ApiError;
    use rollcall_domain::{Days, Periods, RunId};
    use rollcall_proto::v1::{HeldReason, RunKind, RunState};
    use tonic::Status;
    use tonic_types::StatusExt as _;
    use uuid::Uuid;

    use super::{RunFacts, approvable, expectable, revertible};

    const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);
    const ACTING: RunId = RunId::from_uuid(Uuid::from_u128(7));

    /// A reason, empty for none, and what makes a run be refused for it.
    type Case = (&'static str, fn(&mut RunFacts));

    fn ago(seconds: i64) -> Timestamp {
        NOW - SignedDuration::from_secs(seconds)
    }

    fn days(days: i64) -> i64 {
        days * 24 * 60 * 60
    }

    fn held() -> RunFacts {
        RunFacts {
            kind: RunKind::Sync,
            state: RunState::Held,
            held_reason: HeldReason::RemovalLimit,
            end_time: Some(ago(60)),
            same_settings: true,
            same_domains: true,
            newest_held: true,
            ..RunFacts::default()
        }
    }

    fn applied() -> RunFacts {
        RunFacts {
            kind: RunKind::Sync,
            state: RunState::Succeeded,
            end_time: Some(ago(60)),
            accounts_changed: 3,
            ..RunFacts::default()
        }
    }

    fn preview() -> RunFacts {
        RunFacts {
            kind: RunKind::Preview,
            state: RunState::Succeeded,
            end_time: Some(ago(60)),
            rows_expire_time: Some(ago(-60)),
            ..RunFacts::default()
        }
    }

    fn judged(
        judge: fn(&RunFacts, &Periods, Timestamp) -> Result<(), ApiError>,
        mut facts: RunFacts,
        change: fn(&mut RunFacts),
    ) -> &'static str {
        change(&mut facts);
        judge(&facts, &Periods::default(), NOW).map_or_else(|refusal| refusal.refusal().as_str(), |()| "")
    }

    #[test]
    fn a_held_run_is_approved_while_it_stands_for_what_would_be_done() {
        let cases: [Case; 12] = [
            ("", |_| {}),
            ("", |run| run.held_reason = HeldReason::EmptyRead),
            ("", |run| run.held_reason = HeldReason::FirstRemoval),
            ("", |run| run.end_time = Some(ago(days(7) - 1))),
            ("NOT_HELD", |run| run.state = RunState::Succeeded),
            ("NOT_HELD", |run| run.state = RunState::Unspecified),
            ("NOT_APPROVABLE", |run| {
                run.held_reason = HeldReason::ChangedSincePreview;
            }),
            ("ALREADY_APPROVED", |run| run.acted_on_by = Some(ACTING)),
            ("NOT_NEWEST_HELD", |run| run.newest_held = false),
            ("APPROVAL_EXPIRED", |run| run.end_time = Some(ago(days(7)))),
            ("SETTINGS_CHANGED", |run| run.same_settings = false),
            ("DOMAINS_CHANGED", |run| run.same_domains = false),
        ];
        for (reason, change) in cases {
            assert_eq!(judged(approvable, held(), change), reason);
        }
    }

    #[test]
    fn a_finished_sync_that_changed_accounts_can_be_reverted_once_within_thirty_days() {
        let cases: [Case; 9] = [
            ("", |_| {}),
            ("", |run| run.end_time = Some(ago(days(30) - 1))),
            ("NOT_A_FINISHED_SYNC", |run| run.kind = RunKind::Preview),
            ("NOT_A_FINISHED_SYNC", |run| run.kind = RunKind::Revert),
            ("NOT_A_FINISHED_SYNC", |run| run.state = RunState::Running),
            ("ALREADY_REVERTED", |run| run.reverted = true),
            ("ALREADY_REVERTED", |run| run.acted_on_by = Some(ACTING)),
            ("REVERT_EXPIRED", |run| run.end_time = Some(ago(days(30)))),
            ("NOTHING_TO_REVERT", |run| run.accounts_changed = 0),
        ];
        for (reason, change) in cases {
            assert_eq!(judged(revertible, applied(), change), reason);
        }
    }

    #[test]
    fn a_second_request_is_answered_with_the_run_of_the_first() {
        let acting_run = |refusal: ApiError| {
            let info = Status::from(refusal).get_details_error_info().unwrap();
            info.metadata.get("run_id").cloned()
        };
        let acted_on = |run| RunFacts {
            acted_on_by: Some(ACTING),
            ..run
        };
        let approved = approvable(&acted_on(held()), &Periods::default(), NOW).unwrap_err();
        assert_eq!(acting_run(approved), Some(ACTING.to_string()));
        let reverted = revertible(&acted_on(applied()), &Periods::default(), NOW).unwrap_err();
        assert_eq!(acting_run(reverted), Some(ACTING.to_string()));
    }

    #[test]
    fn a_sync_is_compared_with_a_preview_whose_rows_are_kept() {
        let cases: [Case; 6] = [
            ("", |_| {}),
            ("SUMMARY_ONLY", |run| {
                run.rows_superseded = true;
                run.rows_expire_time = Some(NOW);
            }),
            ("NOT_A_PREVIEW", |run| run.kind = RunKind::Sync),
            ("NOT_A_PREVIEW", |run| run.state = RunState::Running),
            ("NOT_A_PREVIEW", |run| run.state = RunState::Unspecified),
            ("ROWS_EXPIRED", |run| run.rows_expire_time = Some(NOW)),
        ];
        for (reason, change) in cases {
            assert_eq!(
                judged(|run, _, now| expectable(run, now), preview(), change),
                reason
            );
        }
    }

    #[test]
    fn a_refusal_for_its_time_names_the_time_of_this_deployment() {
        let periods = Periods {
            rows: Days(3),
            ..Periods::default()
        };
        let late = |run| RunFacts {
            end_time: Some(ago(days(3))),
            ..run
        };
        let message = |judged: Result<(), ApiError>| Status::from(judged.unwrap_err()).message().to_owned();
        let approval = message(approvable(&late(held()), &periods, NOW));
        assert!(approval.contains("for more than 3 days:"), "{approval}");
        let revert = message(revertible(&late(applied()), &periods, NOW));
        assert!(revert.contains("more than 3 days ago"), "{revert}");
    }
}

//! Runs that a person acts on: which can be approved, reverted, or expected of a sync.
//!
//! The questions are asked twice: when the act is requested, and again under the tenant's lock before it takes effect. Each
//! takes the facts of the run as a database knows them, the deployment's periods, and now.

use jiff::Timestamp;

use crate::guard::HeldReason;
use crate::id::RunId;
use crate::periods::{Days, Periods};

/// A run whose removals a person wants to approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, read from a database"
)]
pub struct HeldRun {
    /// The run is HELD.
    pub is_held: bool,
    /// The reason for that.
    pub reason: Option<HeldReason>,
    /// The run that makes its removals already: it waits, runs or has succeeded.
    pub approved_by: Option<RunId>,
    /// No later run of the tenant is HELD.
    pub is_newest: bool,
    /// The time at which it became HELD.
    pub end_time: Option<Timestamp>,
    /// The settings are as they were.
    pub same_settings: bool,
    /// The domains are as they were.
    pub same_domains: bool,
}

/// A reason against an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalRefused {
    /// The run is not HELD.
    NotHeld,
    /// No approval answers the reason for which it is HELD.
    NotApprovable,
    /// This run makes its removals already.
    AlreadyApproved(RunId),
    /// A later run is HELD.
    NotNewest,
    /// It has been HELD for longer than [`Periods::approvals`].
    Expired,
    /// The settings were saved after it.
    SettingsChanged,
    /// The domains changed after it.
    DomainsChanged,
}

/// Checks that the removals which a run shows can be approved.
pub fn approvable(run: &HeldRun, periods: &Periods, now: Timestamp) -> Result<(), ApprovalRefused> {
    if !run.is_held {
        return Err(ApprovalRefused::NotHeld);
    }
    if run.reason.is_some_and(|reason| !reason.is_approvable()) {
        return Err(ApprovalRefused::NotApprovable);
    }
    if let Some(approval) = run.approved_by {
        return Err(ApprovalRefused::AlreadyApproved(approval));
    }
    if !run.is_newest {
        return Err(ApprovalRefused::NotNewest);
    }
    if !is_within(run.end_time, periods.approvals(), now) {
        return Err(ApprovalRefused::Expired);
    }
    if !run.same_settings {
        return Err(ApprovalRefused::SettingsChanged);
    }
    if !run.same_domains {
        return Err(ApprovalRefused::DomainsChanged);
    }
    Ok(())
}

/// A run that a person wants to revert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppliedRun {
    /// It is a sync that SUCCEEDED.
    pub is_finished_sync: bool,
    /// The run that reverts it already: it waits, runs or has succeeded.
    pub reverted_by: Option<RunId>,
    /// It was reverted.
    pub is_reverted: bool,
    /// The time at which it was applied.
    pub end_time: Option<Timestamp>,
    /// It changed accounts.
    pub changed_accounts: bool,
}

/// A reason against a revert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevertRefused {
    /// The run is not a sync that SUCCEEDED.
    NotAFinishedSync,
    /// It was reverted, by this run if it is known.
    AlreadyReverted(Option<RunId>),
    /// It ended longer ago than [`Periods::reverts`].
    Expired,
    /// It changed no account.
    NothingToRevert,
}

/// Checks that a run can be reverted.
pub fn revertible(run: &AppliedRun, periods: &Periods, now: Timestamp) -> Result<(), RevertRefused> {
    if !run.is_finished_sync {
        return Err(RevertRefused::NotAFinishedSync);
    }
    if run.is_reverted || run.reverted_by.is_some() {
        return Err(RevertRefused::AlreadyReverted(run.reverted_by));
    }
    if !is_within(run.end_time, periods.reverts(), now) {
        return Err(RevertRefused::Expired);
    }
    if !run.changed_accounts {
        return Err(RevertRefused::NothingToRevert);
    }
    Ok(())
}

/// A run that a sync must be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedRun {
    /// It is a preview that SUCCEEDED.
    pub is_finished_preview: bool,
    /// Newer previews took the place of its rows.
    pub is_superseded: bool,
    /// The time until which its rows are kept.
    pub rows_expire_time: Option<Timestamp>,
}

/// A reason against a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectationRefused {
    /// The run is not a preview that SUCCEEDED.
    NotAPreview,
    /// Only its summary is kept.
    Superseded,
    /// Its rows are no longer kept.
    RowsExpired,
}

/// Checks that a sync can be compared with a run.
pub fn expectable(run: &ExpectedRun, now: Timestamp) -> Result<(), ExpectationRefused> {
    if !run.is_finished_preview {
        return Err(ExpectationRefused::NotAPreview);
    }
    if run.is_superseded {
        return Err(ExpectationRefused::Superseded);
    }
    if run.rows_expire_time.is_some_and(|time| time <= now) {
        return Err(ExpectationRefused::RowsExpired);
    }
    Ok(())
}

fn is_within(end: Option<Timestamp>, days: Days, now: Timestamp) -> bool {
    end.is_some_and(|end| now.duration_since(end) < days.duration())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);
    const ACTING: RunId = RunId::from_uuid(Uuid::from_u128(7));

    /// A reason against the act, `None` for none, and the change that gives it.
    type Case<Run, Refused> = (Option<Refused>, fn(&mut Run));

    fn ago(seconds: i64) -> Timestamp {
        NOW - SignedDuration::from_secs(seconds)
    }

    fn days(days: i64) -> i64 {
        days * 24 * 60 * 60
    }

    #[test]
    fn a_held_run_is_approved_while_it_stands_for_what_would_be_done() {
        let cases: [Case<HeldRun, ApprovalRefused>; 11] = [
            (None, |_| {}),
            (None, |run| run.reason = Some(HeldReason::EmptyRead)),
            (None, |run| run.reason = Some(HeldReason::FirstRemoval)),
            (None, |run| run.end_time = Some(ago(days(7) - 1))),
            (Some(ApprovalRefused::NotHeld), |run| run.is_held = false),
            (Some(ApprovalRefused::NotApprovable), |run| {
                run.reason = Some(HeldReason::ChangedSincePreview);
            }),
            (Some(ApprovalRefused::AlreadyApproved(ACTING)), |run| {
                run.approved_by = Some(ACTING);
            }),
            (Some(ApprovalRefused::NotNewest), |run| run.is_newest = false),
            (Some(ApprovalRefused::Expired), |run| {
                run.end_time = Some(ago(days(7)));
            }),
            (Some(ApprovalRefused::SettingsChanged), |run| {
                run.same_settings = false;
            }),
            (Some(ApprovalRefused::DomainsChanged), |run| {
                run.same_domains = false;
            }),
        ];
        for (refused, change) in cases {
            let mut run = HeldRun {
                is_held: true,
                reason: Some(HeldReason::RemovalLimit),
                approved_by: None,
                is_newest: true,
                end_time: Some(ago(60)),
                same_settings: true,
                same_domains: true,
            };
            change(&mut run);
            assert_eq!(approvable(&run, &Periods::default(), NOW).err(), refused);
        }
    }

    #[test]
    fn a_finished_sync_that_changed_accounts_is_reverted_once_and_for_thirty_days() {
        let cases: [Case<AppliedRun, RevertRefused>; 7] = [
            (None, |_| {}),
            (None, |run| run.end_time = Some(ago(days(30) - 1))),
            (Some(RevertRefused::NotAFinishedSync), |run| {
                run.is_finished_sync = false;
            }),
            (Some(RevertRefused::AlreadyReverted(None)), |run| {
                run.is_reverted = true;
            }),
            (Some(RevertRefused::AlreadyReverted(Some(ACTING))), |run| {
                run.reverted_by = Some(ACTING);
            }),
            (Some(RevertRefused::Expired), |run| {
                run.end_time = Some(ago(days(30)));
            }),
            (Some(RevertRefused::NothingToRevert), |run| {
                run.changed_accounts = false;
            }),
        ];
        for (refused, change) in cases {
            let mut run = AppliedRun {
                is_finished_sync: true,
                reverted_by: None,
                is_reverted: false,
                end_time: Some(ago(60)),
                changed_accounts: true,
            };
            change(&mut run);
            assert_eq!(revertible(&run, &Periods::default(), NOW).err(), refused);
        }
    }

    #[test]
    fn a_sync_is_compared_with_a_preview_whose_rows_are_kept() {
        let cases: [Case<ExpectedRun, ExpectationRefused>; 4] = [
            (None, |_| {}),
            (Some(ExpectationRefused::NotAPreview), |run| {
                run.is_finished_preview = false;
            }),
            (Some(ExpectationRefused::Superseded), |run| {
                run.is_superseded = true;
                run.rows_expire_time = Some(NOW);
            }),
            (Some(ExpectationRefused::RowsExpired), |run| {
                run.rows_expire_time = Some(NOW);
            }),
        ];
        for (refused, change) in cases {
            let mut run = ExpectedRun {
                is_finished_preview: true,
                is_superseded: false,
                rows_expire_time: Some(ago(-60)),
            };
            change(&mut run);
            assert_eq!(expectable(&run, NOW).err(), refused);
        }
    }
}

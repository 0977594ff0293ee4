//! Syncs that can be reverted. The scheduler asks first. Reconcile asks again under the tenant's lock, because
//! another run may have reverted the sync since then, or its time may have run out.

use jiff::Timestamp;
use rollcall_domain::{
    Periods, RunId, Verdict,
    acting::{self, AppliedRun, RevertRefused},
    failure::FailureCode,
    plan::{AccountChange, ChangeKind},
    revert::Revert,
    sentences::revert as sentences,
};
use rollcall_proto::v1;
use rollcall_terms::failure::failure;

/// The run to be reverted, as it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ToRevert {
    pub(crate) run: RunId,
    pub(crate) kind: v1::RunKind,
    pub(crate) state: v1::RunState,
    /// The version that it gave to the accounts it changed.
    pub(crate) account_version: Option<i64>,
    pub(crate) end_time: Option<Timestamp>,
    pub(crate) is_reverted: bool,
    /// The data that its revert needs is no longer kept.
    pub(crate) is_data_gone: bool,
}

/// A sync that can be reverted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reverted {
    pub(crate) run: RunId,
    /// The version that it gave to the accounts it changed.
    pub(crate) account_version: i64,
}

/// Reason why it cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{}", sentences::NO_RUN)]
    NoRun,
    #[error("{}", sentences::NOT_A_FINISHED_SYNC)]
    NotAFinishedSync,
    #[error("{}", sentences::ALREADY_REVERTED)]
    AlreadyReverted,
    #[error("{}", sentences::NOTHING_TO_REVERT)]
    NothingToRevert,
    #[error("{}", sentences::EXPIRED)]
    Expired,
}

impl Refused {
    pub(crate) fn failure(self) -> v1::Failure {
        failure(FailureCode::RevertRefused, &self.to_string())
    }
}

impl From<RevertRefused> for Refused {
    fn from(refused: RevertRefused) -> Self {
        match refused {
            RevertRefused::NotAFinishedSync => Self::NotAFinishedSync,
            RevertRefused::AlreadyReverted(_) => Self::AlreadyReverted,
            RevertRefused::Expired => Self::Expired,
            RevertRefused::NothingToRevert => Self::NothingToRevert,
        }
    }
}

/// The sync, if it can be reverted.
pub(crate) fn check(run: Option<ToRevert>, periods: &Periods, now: Timestamp) -> Result<Reverted, Refused> {
    let run = run.ok_or(Refused::NoRun)?;
    let applied = AppliedRun {
        is_finished_sync: run.kind == v1::RunKind::Sync && run.state == v1::RunState::Succeeded,
        reverted_by: None,
        is_reverted: run.is_reverted,
        end_time: run.end_time,
        changed_accounts: run.account_version.is_some(),
    };
    acting::revertible(&applied, periods, now)?;
    let account_version = run.account_version.ok_or(Refused::NothingToRevert)?;
    if run.is_data_gone {
        return Err(Refused::Expired);
    }
    Ok(Reverted {
        run: run.run,
        account_version,
    })
}

/// Growth of the number of live accounts.
pub(crate) fn balance(changes: &[AccountChange]) -> i64 {
    changes
        .iter()
        .map(|change| match change.kind {
            ChangeKind::Created | ChangeKind::Restored => 1,
            ChangeKind::Removed => -1,
            ChangeKind::Renamed | ChangeKind::Changed => 0,
        })
        .sum()
}

/// The counts of a run that reverted another one; `accounts` are live after it.
pub(crate) fn counts(revert: &Revert, accounts: i64) -> v1::Counts {
    let of = |verdict| revert.rows.iter().filter(|row| row.verdict == verdict).count() as u64;
    v1::Counts {
        add: of(Verdict::Add),
        update: of(Verdict::Update),
        remove: of(Verdict::Remove),
        skip: of(Verdict::Skip),
        accounts: u64::try_from(accounts).unwrap_or_default(),
        accounts_reduced: revert.changes.iter().filter(|change| change.reduces()).count() as u64,
        ..v1::Counts::default()
    }
}

#[cfg(test)]
mod tests;

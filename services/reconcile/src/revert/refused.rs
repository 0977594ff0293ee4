//! Syncs that can be reverted. The scheduler asks first. Reconcile asks again under the tenant's lock, because
//! another run may have reverted the sync since then, or its time may have run out.

use jiff::Timestamp;
use rollcall_domain::{
    RunId,
    acting::{self, AppliedRun, RevertRefused},
    failure::FailureCode,
};
use rollcall_proto::v1::{self, RunKind, RunState};
use rollcall_terms::failure::failure;

use super::load::{Reverted, RevertedRow};

/// Reason why it cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("There is no such run.")]
    NoRun,
    #[error("The run is not a sync that succeeded.")]
    NotAFinishedSync,
    #[error("The run has already been reverted.")]
    AlreadyReverted,
    #[error("The run changed no account.")]
    NothingToRevert,
    #[error("The run ended too long ago: the data for its revert is no longer kept.")]
    Expired,
}

impl Refused {
    pub(super) fn failure(self) -> v1::Failure {
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
pub(super) fn check(row: Option<RevertedRow>, now: Timestamp) -> Result<Reverted, Refused> {
    let row = row.ok_or(Refused::NoRun)?;
    let run = AppliedRun {
        is_finished_sync: row.kind() == RunKind::Sync && row.state() == RunState::Succeeded,
        reverted_by: None,
        is_reverted: row.reverted,
        end_time: row.end_time.map(Timestamp::from),
        changed_accounts: row.account_version.is_some(),
    };
    acting::revertible(&run, now)?;
    let account_version = row.account_version.ok_or(Refused::NothingToRevert)?;
    if row.data_gone {
        return Err(Refused::Expired);
    }
    Ok(Reverted {
        run: RunId::from_uuid(row.run_id),
        account_version,
    })
}

#[cfg(test)]
mod tests {
    use rollcall_chassis::pg::PgTimestamp;
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_700_000_000, 0);

    fn row() -> RevertedRow {
        RevertedRow {
            run_id: Uuid::nil(),
            kind: "SYNC".to_owned(),
            state: "SUCCEEDED".to_owned(),
            account_version: Some(7),
            reverted: false,
            end_time: Some(PgTimestamp(NOW)),
            data_gone: false,
        }
    }

    fn refused(change: impl FnOnce(&mut RevertedRow)) -> Option<Refused> {
        let mut row = row();
        change(&mut row);
        check(Some(row), NOW).err()
    }

    #[test]
    fn a_sync_that_changed_accounts_can_be_taken_back() {
        assert_eq!(
            check(Some(row()), NOW).map(|reverted| reverted.account_version),
            Ok(7)
        );
    }

    #[test]
    fn each_reason_against_it_is_told() {
        assert_eq!(check(None, NOW).err(), Some(Refused::NoRun));
        let preview = |row: &mut RevertedRow| "PREVIEW".clone_into(&mut row.kind);
        assert_eq!(refused(preview), Some(Refused::NotAFinishedSync));
        let held = |row: &mut RevertedRow| "HELD".clone_into(&mut row.state);
        assert_eq!(refused(held), Some(Refused::NotAFinishedSync));
        assert_eq!(refused(|row| row.reverted = true), Some(Refused::AlreadyReverted));
        assert_eq!(
            refused(|row| row.account_version = None),
            Some(Refused::NothingToRevert)
        );
        assert_eq!(refused(|row| row.data_gone = true), Some(Refused::Expired));
    }

    #[test]
    fn the_failure_says_why_for_support() {
        let failure = Refused::AlreadyReverted.failure();
        assert_eq!(failure.code, "REVERT_REFUSED");
        assert!(failure.detail.contains("already"), "{}", failure.detail);
    }
}

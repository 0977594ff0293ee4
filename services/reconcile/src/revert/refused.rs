//! Whether a sync can be taken back. The scheduler asks first; here it is asked again under the tenant's lock, since meanwhile
//! another run may have taken it back, or its time may have run out.

use rollcall_domain::{RunId, failure::FailureCode};
use rollcall_proto::v1::{self, RunKind, RunState};
use rollcall_terms::failure::failure;

use super::load::{Reverted, RevertedRow};

/// Why it cannot.
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

/// The sync, if it can be taken back.
pub(super) fn check(row: Option<RevertedRow>) -> Result<Reverted, Refused> {
    let row = row.ok_or(Refused::NoRun)?;
    if row.kind() != RunKind::Sync || row.state() != RunState::Succeeded {
        return Err(Refused::NotAFinishedSync);
    }
    if row.reverted {
        return Err(Refused::AlreadyReverted);
    }
    let account_version = row.account_version.ok_or(Refused::NothingToRevert)?;
    if row.expired {
        return Err(Refused::Expired);
    }
    Ok(Reverted {
        run: RunId::from_uuid(row.run_id),
        account_version,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn row() -> RevertedRow {
        RevertedRow {
            run_id: Uuid::nil(),
            kind: "SYNC".to_owned(),
            state: "SUCCEEDED".to_owned(),
            account_version: Some(7),
            reverted: false,
            expired: false,
        }
    }

    fn refused(change: impl FnOnce(&mut RevertedRow)) -> Option<Refused> {
        let mut row = row();
        change(&mut row);
        check(Some(row)).err()
    }

    #[test]
    fn a_sync_that_changed_accounts_can_be_taken_back() {
        assert_eq!(check(Some(row())).map(|reverted| reverted.account_version), Ok(7));
    }

    #[test]
    fn each_reason_against_it_is_told() {
        assert_eq!(check(None).err(), Some(Refused::NoRun));
        let preview = |row: &mut RevertedRow| "PREVIEW".clone_into(&mut row.kind);
        assert_eq!(refused(preview), Some(Refused::NotAFinishedSync));
        let held = |row: &mut RevertedRow| "HELD".clone_into(&mut row.state);
        assert_eq!(refused(held), Some(Refused::NotAFinishedSync));
        assert_eq!(refused(|row| row.reverted = true), Some(Refused::AlreadyReverted));
        assert_eq!(
            refused(|row| row.account_version = None),
            Some(Refused::NothingToRevert)
        );
        assert_eq!(refused(|row| row.expired = true), Some(Refused::Expired));
    }

    #[test]
    fn the_failure_says_why_for_support() {
        let failure = Refused::AlreadyReverted.failure();
        assert_eq!(failure.code, "REVERT_REFUSED");
        assert!(failure.detail.contains("already"), "{}", failure.detail);
    }
}

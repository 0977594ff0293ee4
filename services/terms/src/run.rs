//! Runs: their states, their numbers, and their one way into a message.

use jiff::Timestamp;
use rollcall_domain::sentences;
use rollcall_proto::v1::{
    Counts, Failure, HeldReason, LeftOut, ReadMode, RequestedBy, Run, RunKind, RunStage, RunState, RunTrigger,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{skipped::StoredSkipped, time::to_proto};

/// True for a run that has ended: no later message about it changes its state.
pub fn is_final(state: RunState) -> bool {
    match state {
        RunState::Succeeded | RunState::Held | RunState::Failed | RunState::Cancelled => true,
        RunState::Queued | RunState::Running | RunState::Unspecified => false,
    }
}

macro_rules! run_counts {
    ($($name:ident,)*) => {
        /// A run's numbers as they are stored: by name, and those that are zero left out.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct RunCounts {
            $(
                #[doc = concat!("As `", stringify!($name), "` of the contract.")]
                #[serde(skip_serializing_if = "is_zero")]
                pub $name: u64,
            )*
            /// Claims with the verdict SKIP, by reason. The contract has them beside the other numbers.
            #[serde(skip_serializing_if = "StoredSkipped::is_empty")]
            pub skipped: StoredSkipped,
        }

        impl From<Counts> for RunCounts {
            fn from(Counts { $($name,)* }: Counts) -> Self {
                Self {
                    $($name,)*
                    skipped: StoredSkipped::default(),
                }
            }
        }

        impl From<RunCounts> for Counts {
            fn from(RunCounts { $($name,)* .. }: RunCounts) -> Self {
                Self { $($name,)* }
            }
        }
    };
}

run_counts! {
    objects, claims, not_email, references,
    add, keep, update, remove, stale, skip,
    accounts, welcomes, accounts_reduced, accounts_created, spoilt,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it asks about by reference"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A run as it is known, from its request to its end.
#[derive(Clone, Debug)]
pub struct RunRecord {
    /// Its id.
    pub run_id: Uuid,
    /// Its tenant.
    pub tenant_id: String,
    /// SYNC, PREVIEW or REVERT.
    pub kind: RunKind,
    /// Origin of its request.
    pub trigger: RunTrigger,
    /// Its progress, or its end.
    pub state: RunState,
    /// Its stage while it is RUNNING.
    pub stage: RunStage,
    /// Reason why it is HELD, or why a preview's sync would be.
    pub held_reason: HeldReason,
    /// Further reasons for that.
    pub further_held_reasons: Vec<HeldReason>,
    /// The same as a sentence; empty if there is none.
    pub held_message: String,
    /// True if a preview's sync would be HELD.
    pub would_hold: bool,
    /// Kind of its read of the directory.
    pub read_mode: ReadMode,
    /// Reason for that kind of read; empty if there is nothing to say.
    pub read_mode_reason: String,
    /// The host and address that answered; empty if none did.
    pub server: String,
    /// Reason why it is not the server of the last applied read; empty if there is nothing to say.
    pub server_reason: String,
    /// True if its read equalled the last applied one.
    pub unchanged: bool,
    /// The earlier HELD run whose rows are also this one's.
    pub rows_of_run_id: Option<Uuid>,
    /// Its numbers.
    pub counts: RunCounts,
    /// Parts of the directory that its read left out.
    pub left_out: Option<LeftOut>,
    /// Reason why it failed, or why it waits for its next attempt.
    pub failure: Option<Failure>,
    /// The attempt that it is at, from 1.
    pub attempt: i32,
    /// Times that it was taken from a worker that had fallen silent.
    pub takeovers: i32,
    /// Time of its next attempt, while it waits for one.
    pub next_attempt_time: Option<Timestamp>,
    /// Time at which it was asked for.
    pub create_time: Option<Timestamp>,
    /// Time at which a worker first began it.
    pub start_time: Option<Timestamp>,
    /// Time at which it ended.
    pub end_time: Option<Timestamp>,
    /// Time until which its rows are kept; `None` for a run without rows.
    pub rows_expire_time: Option<Timestamp>,
    /// The run that it approves or reverts.
    pub acts_on_run_id: Option<Uuid>,
    /// The preview that it must equal.
    pub expect_preview_run_id: Option<Uuid>,
    /// Who asked for it; `None` for the schedule, and where it is not known.
    pub requested_by: Option<RequestedBy>,
}

impl From<RunRecord> for Run {
    #[expect(
        clippy::too_many_lines,
        reason = "each field has a line where it is taken and one where it is given, and no field may be forgotten"
    )]
    fn from(record: RunRecord) -> Self {
        // Without `..`: a field that is forgotten here does not compile.
        let RunRecord {
            run_id,
            tenant_id,
            kind,
            trigger,
            state,
            stage,
            held_reason,
            further_held_reasons,
            held_message,
            would_hold,
            read_mode,
            read_mode_reason,
            server,
            server_reason,
            unchanged,
            rows_of_run_id,
            counts,
            left_out,
            failure,
            attempt,
            takeovers,
            next_attempt_time,
            create_time,
            start_time,
            end_time,
            rows_expire_time,
            acts_on_run_id,
            expect_preview_run_id,
            requested_by,
        } = record;
        let empty_message = nothing_found(kind, state, &counts);
        let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        Self {
            run_id: run_id.to_string(),
            tenant_id,
            kind: kind.into(),
            trigger: trigger.into(),
            state: state.into(),
            stage: stage.into(),
            held_reason: held_reason.into(),
            further_held_reasons: further_held_reasons.into_iter().map(i32::from).collect(),
            held_message,
            would_hold,
            read_mode: read_mode.into(),
            read_mode_reason,
            server,
            server_reason,
            unchanged,
            rows_of_run_id: id(rows_of_run_id),
            skipped: counts.skipped.into(),
            empty_message: empty_message.unwrap_or_default().to_owned(),
            counts: Some(counts.into()),
            left_out,
            failure,
            attempt,
            takeovers,
            // A run that was cancelled while it waited no longer waits.
            next_attempt_time: next_attempt_time
                .filter(|_| state == RunState::Queued)
                .map(to_proto),
            create_time: create_time.map(to_proto),
            start_time: start_time.map(to_proto),
            end_time: end_time.map(to_proto),
            rows_expire_time: rows_expire_time.map(to_proto),
            acts_on_run_id: id(acts_on_run_id),
            expect_preview_run_id: id(expect_preview_run_id),
            requested_by,
        }
    }
}

/// Sentences about a complete read that found nothing; `None` if it found something, or the run has read nothing.
fn nothing_found(kind: RunKind, state: RunState, counts: &RunCounts) -> Option<&'static str> {
    let has_read = kind != RunKind::Revert && matches!(state, RunState::Succeeded | RunState::Held);
    has_read
        .then(|| sentences::read::nothing_found(counts.objects, counts.claims))
        .flatten()
}

#[cfg(test)]
mod tests {
    use rollcall_domain::{Reason, Skipped};

    use super::*;

    #[test]
    fn only_a_finished_read_says_that_nothing_was_found() {
        let nothing = RunCounts::default();
        let said = |kind, state, counts| nothing_found(kind, state, counts).is_some();
        assert!(said(RunKind::Preview, RunState::Succeeded, &nothing));
        assert!(said(RunKind::Sync, RunState::Held, &nothing));
        for state in [
            RunState::Queued,
            RunState::Running,
            RunState::Failed,
            RunState::Cancelled,
        ] {
            assert!(!said(RunKind::Sync, state, &nothing), "{state:?}");
        }
        assert!(!said(RunKind::Revert, RunState::Succeeded, &nothing));
        let found = RunCounts {
            objects: 1,
            claims: 1,
            ..nothing
        };
        assert!(!said(RunKind::Sync, RunState::Succeeded, &found));
    }

    #[test]
    fn claims_that_are_skipped_are_stored_with_the_other_numbers() {
        let counts = RunCounts {
            skip: 2,
            skipped: StoredSkipped(Skipped::from_iter([(Reason::InvalidAddress, 2)])),
            ..RunCounts::default()
        };
        let stored = serde_json::to_string(&counts).unwrap();
        assert_eq!(stored, r#"{"skip":2,"skipped":{"INVALID_ADDRESS":2}}"#);
        assert_eq!(serde_json::from_str::<RunCounts>(&stored).unwrap(), counts);
    }

    #[test]
    fn numbers_are_stored_by_name_without_zeros() {
        let counts = RunCounts {
            objects: 40,
            accounts_reduced: 2,
            ..RunCounts::default()
        };
        let stored = serde_json::to_string(&counts).unwrap();
        assert_eq!(stored, r#"{"objects":40,"accounts_reduced":2}"#);
        assert_eq!(serde_json::from_str::<RunCounts>(&stored).unwrap(), counts);
    }

    #[test]
    fn numbers_of_a_newer_release_are_passed_over() {
        let stored = r#"{"objects":1,"moons":9}"#;
        assert_eq!(serde_json::from_str::<RunCounts>(stored).unwrap().objects, 1);
    }
}

//! The outcome of a run whose read was decided on.

use jiff::Timestamp;
use rollcall_domain::guard::{Hold, Holds};
use rollcall_proto::v1;
use rollcall_terms::Twin;

use crate::{
    decide::{
        decision::{Decision, HeldRows},
        facts::DirectoryRead,
    },
    store::run_record::{DecidedBy, Held, Outcome},
    write::Written,
};

/// A decision that was executed.
pub(super) struct Ended<'d> {
    pub(super) decided_by: DecidedBy,
    /// Time until which the run's own rows are kept.
    pub(super) rows_expire: Timestamp,
    pub(super) read: &'d DirectoryRead,
    pub(super) decision: &'d Decision<'d>,
    pub(super) written: Written,
}

impl Ended<'_> {
    pub(super) fn outcome(&self) -> Outcome {
        let shows_own_rows = !matches!(
            self.decision,
            Decision::Hold {
                rows: HeldRows::OfRun(_),
                ..
            }
        );
        Outcome {
            state: self.decision.state(),
            held: held(self.decision),
            decided_by: self.decided_by,
            accounts_changed: self.written.accounts_changed,
            account_version: self.written.account_version,
            rows_expire: Some(self.rows_expire).filter(|_| shows_own_rows),
            history: self.written.history,
            applied: matches!(self.decision, Decision::Apply { .. }),
            unchanged: false,
            read: self.read.summary.clone(),
            counts: self.counts(),
            reduced: match self.decision {
                Decision::Apply { remember, .. } => remember.reduced,
                _ => 0,
            },
            skipped: self.decision.plan().counts.skipped,
            failure: None,
        }
    }

    fn counts(&self) -> v1::Counts {
        let (directory, counts) = (&self.read.directory, self.decision.plan().counts);
        v1::Counts {
            objects: directory.objects(),
            claims: directory.claims() - counts.not_email,
            not_email: self.read.summary.not_email.saturating_add(counts.not_email),
            references: self.read.summary.references,
            add: counts.add,
            keep: counts.keep,
            update: counts.update,
            remove: counts.remove,
            stale: counts.stale,
            skip: counts.skip,
            accounts: counts.accounts,
            welcomes: counts.welcomes,
            accounts_reduced: counts.accounts_reduced,
            accounts_created: counts.accounts_created,
            spoilt: counts.spoilt,
        }
    }
}

fn held(decision: &Decision<'_>) -> Held {
    match decision {
        Decision::Apply { .. } | Decision::Show { forecast: None, .. } => Held::default(),
        Decision::Show {
            forecast: Some(holds),
            ..
        } => Held {
            would_hold: true,
            message: holds.forecast(),
            ..because(holds)
        },
        Decision::Hold {
            holds, content, rows, ..
        } => Held {
            content: Some(*content),
            rows_of: match rows {
                HeldRows::Own(_) => None,
                HeldRows::OfRun(run) => Some(*run),
            },
            ..because(holds)
        },
        Decision::Differ { differences, .. } => because(&Holds::from(Hold::ChangedSincePreview {
            differences: differences.len(),
        })),
    }
}

/// The reasons and the message.
fn because(holds: &Holds) -> Held {
    let mut reasons = holds.reasons().map(Twin::message);
    Held {
        reason: reasons.next().unwrap_or_default(),
        further_reasons: reasons.collect(),
        message: holds.message(),
        hints: holds.vanished(),
        ..Held::default()
    }
}

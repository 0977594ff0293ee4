//! The decision on a read: from what is known of the tenant and what its directory holds to a value that says what the
//! run does. Nothing here reads or writes: a decision can be tested, logged and compared before a row is touched.

pub(crate) mod account_ids;
pub(crate) mod compare;
pub(crate) mod compare_preview;
pub(crate) mod content;
pub(crate) mod decision;
pub(crate) mod facts;
pub(crate) mod inputs;
mod judge;
pub(crate) mod revert;
pub(crate) mod rules;

use jiff::Timestamp;
use rollcall_domain::{
    guard::Holds,
    plan::{self, Pace, Plan},
};
use rollcall_proto::v1::RunKind;

use crate::error::ReconcileError;

use account_ids::AccountIds;
use compare::HistoryChange;
use decision::{Decision, HeldRows, Remember};
use facts::{DirectoryRead, Facts};

/// Decides on a read; `now` is the time of new accounts and marks. It takes a processor for as long as it lasts, at
/// this pace.
pub(crate) fn decide<'f>(
    facts: &'f Facts,
    read: &'f DirectoryRead,
    now: Timestamp,
    pace: Pace,
) -> Result<Decision<'f>, ReconcileError> {
    check_confirmed(facts, read)?;
    check_state(facts, read)?;
    let plan = plan(facts, read, now, pace)?;
    if let Some(preview) = &facts.preview {
        let differences = compare_preview::compare(&preview.rows, plan.rows.iter());
        if differences.len() > 0 {
            return Ok(Decision::Differ {
                plan,
                from: preview.run,
                differences,
            });
        }
    }
    let history = compare::compare(&facts.open, plan.rows.iter());
    let hold = judge::judge(facts, read, &plan);
    Ok(match (facts.kind, hold) {
        (RunKind::Preview, forecast) => Decision::Show {
            plan,
            history,
            forecast,
        },
        (_, Some(holds)) => held(facts, plan, history, holds),
        (_, None) => Decision::Apply {
            remember: Box::new(Remember::new(facts, read, &plan, &history.steady)),
            plan,
            history,
        },
    })
}

/// Every object that is missing now must have been asked for: a change of the portal since then is no reason to
/// remove unseen.
fn check_confirmed(facts: &Facts, read: &DirectoryRead) -> Result<(), ReconcileError> {
    if !facts.removal.is_on || facts.withholding.removals_paused {
        return Ok(());
    }
    let mut missing = facts.portal.missing_from(&read.directory);
    if missing.all(|id| read.confirmed.ids.contains(id)) {
        Ok(())
    } else {
        Err(ReconcileError::SettingsChanged)
    }
}

/// Where disabled users are left out, the directory must show which they are.
fn check_state(facts: &Facts, read: &DirectoryRead) -> Result<(), ReconcileError> {
    if !facts.rules.exclude_disabled {
        return Ok(());
    }
    match read.directory.users_without_state() {
        0 => Ok(()),
        users => Err(ReconcileError::CannotTellDisabled { users }),
    }
}

fn plan<'f>(
    facts: &'f Facts,
    read: &'f DirectoryRead,
    now: Timestamp,
    pace: Pace,
) -> Result<Plan<'f>, ReconcileError> {
    let mut ids = AccountIds::new(now);
    Ok(plan::plan(
        &facts.rules,
        &facts.domains,
        &read.directory,
        &facts.portal,
        &facts.withholding,
        now,
        pace,
        &mut || ids.next(),
    )?)
}

/// A run that is HELD shows its own rows, or those of the HELD run before it if that decided the same.
fn held<'f>(facts: &Facts, plan: Plan<'f>, history: HistoryChange, holds: Holds) -> Decision<'f> {
    let content = content::of_run(plan.rows.iter());
    let shown_before = facts
        .held_before
        .as_ref()
        .filter(|before| before.content == content);
    let rows = match shown_before {
        Some(before) => HeldRows::OfRun(before.rows_of),
        None => HeldRows::Own(Box::new(history)),
    };
    Decision::Hold {
        plan,
        holds,
        content,
        rows,
    }
}

#[cfg(test)]
mod tests;

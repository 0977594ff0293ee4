//! Executes the decision on a read.

use rollcall_domain::{RunId, plan::Plan};

use super::{accounts, before, history, outbox};
use crate::{
    decide::{
        compare::HistoryChange,
        decision::{Decision, HeldRows, Remember},
    },
    error::ReconcileError,
    store::{TenantLock, tenant::LastRead, to_bigint},
};

/// The part of a decision that was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// The state of the history that the run's rows are a view of; `None` for a run that shows other rows.
    pub(crate) history: Option<i64>,
    /// Number of accounts that changed, and the version that they were given.
    pub(crate) accounts_changed: u64,
    pub(crate) account_version: Option<i64>,
    /// Number of rows.
    pub(crate) rows: u64,
}

/// Writes everything but the outcome.
pub(crate) async fn execute(
    tenant: &mut TenantLock,
    run: RunId,
    decision: &Decision<'_>,
) -> Result<Written, ReconcileError> {
    match decision {
        Decision::Apply {
            plan,
            history,
            remember,
        } => apply(tenant, run, plan, history, remember).await,
        Decision::Show { plan, history, .. } => show(tenant, run, plan, history).await,
        Decision::Hold { plan, rows, .. } => match rows {
            HeldRows::Own(history) => show(tenant, run, plan, history).await,
            HeldRows::OfRun(_) => Ok(Written::default()),
        },
        Decision::Differ {
            plan,
            from,
            differences,
        } => {
            history::differences(tenant, run, *from, &plan.rows, differences).await?;
            Ok(Written {
                rows: differences.len(),
                ..Written::default()
            })
        }
    }
}

async fn apply(
    tenant: &mut TenantLock,
    run: RunId,
    plan: &Plan<'_>,
    history: &HistoryChange,
    remember: &Remember,
) -> Result<Written, ReconcileError> {
    before::keep(tenant, run, &plan.changes).await?;
    let account_version = accounts::changes(tenant, &plan.changes).await?;
    history::advance(tenant, plan, history).await?;
    outbox::account_changes(tenant, Some(run), &plan.changes).await?;
    self::remember(tenant, remember);
    Ok(Written {
        history: Some(tenant.row.history.applied),
        accounts_changed: plan.changes.len() as u64,
        account_version,
        rows: history.new.len() as u64,
    })
}

async fn show(
    tenant: &mut TenantLock,
    run: RunId,
    plan: &Plan<'_>,
    history: &HistoryChange,
) -> Result<Written, ReconcileError> {
    history::show(tenant, run, plan, history).await?;
    Ok(Written {
        history: Some(tenant.row.history.applied),
        rows: history.new.len() as u64,
        ..Written::default()
    })
}

fn remember(tenant: &mut TenantLock, remember: &Remember) {
    let Remember {
        digest,
        inputs,
        server,
        hints,
        sightings,
        removal_last_seen,
        steady,
        accounts,
        objects,
        claims,
        not_email,
        // It stands in the run's outcome.
        reduced: _,
    } = remember;
    tenant.row.last_read = LastRead {
        digest: digest.clone(),
        inputs: Some(inputs.clone()),
        server: server.clone(),
        hints: *hints,
        steady_objects: to_bigint(*objects),
        steady_claims: to_bigint(*claims),
        steady_keep: steady.keep,
        steady_stale: steady.stale,
        steady_skip: steady.skip,
        steady_spoilt: steady.spoilt,
        steady_not_email: to_bigint(*not_email),
        steady_skipped: steady.skipped,
    };
    tenant.keep_sightings(sightings.clone());
    tenant.row.generations.removal = *removal_last_seen;
    tenant.row.history.accounts = to_bigint(*accounts);
}

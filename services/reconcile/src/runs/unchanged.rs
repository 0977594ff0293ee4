//! The end of a run whose read equals the last applied one: an outcome, and nothing else.

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_proto::{internal, v1};

use super::binds;
use crate::{
    decide::{facts::server, inputs},
    error::ReconcileError,
    ids::LeaseKey,
    resources::Resources,
    store::{
        CurrentSettings, Readiness, RunRequest, TenantLock, TenantRow, run_record::Outcome, tenant::LastRead,
    },
    write,
};

/// Ends a run as unchanged, if under the lock it still is.
pub(crate) async fn finish_unchanged(
    resources: &Resources,
    key: &LeaseKey,
    read: internal::v1::ReadSummary,
) -> Result<internal::v1::RunEnded, ReconcileError> {
    let mut tenant = TenantLock::open_held(&resources.store.runs, key).await?;
    let outcome = match Readiness::check(&mut tenant, key.run).await? {
        Readiness::Cancelled => Outcome::cancelled(),
        Readiness::Ready(ready) => {
            let inputs = current_inputs(&tenant, &ready.current);
            if !ready.request.may_be_unchanged()
                || !equals_last_applied(&tenant.row.last_read, &read.digest, &inputs)
            {
                return Err(ReconcileError::NotUnchanged);
            }
            tenant.row.last_read.server = server(&read);
            binds::accepted(&mut tenant.row.refused_binds, ready.current.credential_generation);
            Outcome {
                decided_by: ready.decided_by(tenant.row.generations),
                rows_expire: Some(tenant.now() + resources.bounds.periods.rows.duration()),
                ..unchanged(&tenant.row, read)
            }
        }
    };
    let ended = write::end(&mut tenant, key.run, outcome).await?;
    fail_point::pass(FailPoint::UnchangedDecided, key.tenant.as_str()).await;
    tenant.commit().await?;
    fail_point::pass(FailPoint::UnchangedDone, key.tenant.as_str()).await;
    resources.reports.ended(&key.tenant, key.run, &ended);
    Ok(ended)
}

/// Digest of a read that would end the run as unchanged; empty if none would.
pub(super) fn last_digest(tenant: &TenantLock, request: &RunRequest, current: &CurrentSettings) -> Vec<u8> {
    let Some(digest) = &tenant.row.last_read.digest else {
        return Vec::new();
    };
    let same = request.may_be_unchanged()
        && tenant.row.last_read.inputs.as_ref() == Some(&current_inputs(tenant, current));
    if same { digest.clone() } else { Vec::new() }
}

/// A hash of the inputs as they are now, for a transaction that is about a run.
fn current_inputs(tenant: &TenantLock, current: &CurrentSettings) -> Vec<u8> {
    inputs::hash(
        &current.settings,
        tenant.row.generations.portal,
        tenant.removals_paused(current),
    )
}

fn equals_last_applied(last: &LastRead, digest: &[u8], inputs: &[u8]) -> bool {
    last.digest.as_deref() == Some(digest) && last.inputs.as_deref() == Some(inputs)
}

/// Its rows are the steady rows of the last applied run.
fn unchanged(row: &TenantRow, read: internal::v1::ReadSummary) -> Outcome {
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    let not_email = count(row.last_read.steady_not_email);
    let counts = v1::Counts {
        // The read counts an object as often as it met it.
        objects: count(row.last_read.steady_objects),
        claims: count(row.last_read.steady_claims),
        not_email: read.not_email.saturating_add(not_email),
        references: read.references,
        keep: count(row.last_read.steady_keep),
        stale: count(row.last_read.steady_stale),
        skip: count(row.last_read.steady_skip),
        spoilt: count(row.last_read.steady_spoilt),
        accounts: count(row.history.accounts),
        ..v1::Counts::default()
    };
    Outcome {
        state: v1::RunState::Succeeded,
        history: Some(row.history.applied),
        applied: false,
        unchanged: true,
        read,
        counts,
        skipped: row.last_read.steady_skipped,
        ..Outcome::default()
    }
}

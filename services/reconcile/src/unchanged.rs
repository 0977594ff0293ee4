//! The end of a run whose read equals the last applied one: an outcome, and nothing else.

use rollcall_chassis::fail_point::{self, FailPoint};
use rollcall_proto::v1;

use crate::{
    binds,
    commit::{Standing, server_id},
    error::ReconcileError,
    inputs,
    lease_key::LeaseKey,
    outcome::{self, Ending},
    reconciler::Reconciler,
    tenant::{TenantRow, TenantTx},
};

impl Reconciler {
    /// Ends a run as unchanged, if under the lock it still is.
    pub(crate) async fn finish_unchanged(
        &self,
        key: &LeaseKey,
        read: v1::ReadSummary,
    ) -> Result<v1::RunEnded, ReconcileError> {
        let mut tenant = TenantTx::open_held(&self.gates.runs, key).await?;
        let ending = match Standing::of(&mut tenant, key.run).await? {
            Standing::Cancelled => Ending::cancelled(),
            Standing::Current(standing) => {
                let inputs = inputs::current(&tenant, &standing.current);
                if !standing.request.may_be_unchanged()
                    || !equals_last_applied(&tenant.row, &read.digest, &inputs)
                {
                    return Err(ReconcileError::NotUnchanged);
                }
                tenant.row.server_id = server_id(&read);
                binds::accepted(&mut tenant.row, standing.current.credential_generation);
                Ending {
                    decided_by: standing.decided_by(&tenant.row),
                    rows_expire: Some(tenant.now() + self.retention.rows),
                    ..unchanged(&tenant.row, read)
                }
            }
        };
        let ended = outcome::end(&mut tenant, key.run, ending).await?;
        fail_point::pass(FailPoint::UnchangedDecided, key.tenant.as_str()).await;
        tenant.commit().await?;
        fail_point::pass(FailPoint::UnchangedDone, key.tenant.as_str()).await;
        self.metrics.ended(ended.state());
        self.ended(&key.tenant, key.run);
        Ok(ended)
    }
}

fn equals_last_applied(row: &TenantRow, digest: &[u8], inputs: &[u8]) -> bool {
    row.digest.as_deref() == Some(digest) && row.inputs.as_deref() == Some(inputs)
}

/// Its rows are what the last applied run settled to.
fn unchanged(row: &TenantRow, read: v1::ReadSummary) -> Ending {
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    let counts = v1::Counts {
        objects: read.entries,
        claims: read.claims,
        not_email: read.not_email,
        references: read.references,
        keep: count(row.steady_keep),
        stale: count(row.steady_stale),
        skip: count(row.steady_skip),
        accounts: count(row.accounts),
        ..v1::Counts::default()
    };
    Ending {
        state: v1::RunState::Succeeded,
        history: Some(row.applied),
        applied: false,
        unchanged: true,
        read,
        counts,
        ..Ending::default()
    }
}

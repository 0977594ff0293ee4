//! Decides if a run must be HELD: gathers the guard's facts under the lock.

use std::collections::HashSet;

use rollcall_domain::{
    Verdict,
    guard::{self, Hold, RemovalLimit, Situation},
    plan::Plan,
};
use rollcall_proto::v1;

use super::{approval::Approved, standing::Applicable};
use crate::{
    error::{During, ReconcileError},
    tenant::TenantTx,
};

/// A plan before its judge.
pub(super) struct Case<'c> {
    pub(super) standing: &'c Applicable,
    pub(super) plan: &'c Plan<'c>,
    /// Objects that the read holds.
    pub(super) objects: u64,
    /// Live accounts before the run.
    pub(super) live: u64,
    /// The approval, if there is one.
    pub(super) approved: Option<&'c Approved>,
}

impl Case<'_> {
    /// Reason why the run must be HELD; for a preview, why the sync would be.
    pub(super) async fn judge(&self, tenant: &mut TenantTx) -> Result<Option<Hold>, ReconcileError> {
        let reduced = match self.approved {
            None => self.plan.counts.accounts_reduced,
            Some(approved) => self.plan.reduced_beyond(&approved.addresses),
        };
        let situation = Situation {
            objects: self.objects,
            counts: self.plan.counts,
            reduced,
            earlier: if reduced > 0 { earlier(tenant).await? } else { 0 },
            live: self.live,
            limit: limit(&self.standing.current.settings),
            unseen_first_removal: self.is_unseen_first_removal(tenant).await?,
            empty_read_approved: self
                .approved
                .is_some_and(|approved| approved.reason == v1::HeldReason::EmptyRead),
        };
        Ok(guard::judge(&situation))
    }

    /// A preview is never one: the sync then follows a preview.
    async fn is_unseen_first_removal(&self, tenant: &mut TenantTx) -> Result<bool, ReconcileError> {
        let switched_on = self.standing.current.removal_generation;
        if self.plan.counts.remove == 0
            || self.approved.is_some()
            || self.standing.request.kind() != v1::RunKind::Sync
            || switched_on == tenant.row.removal_generation
        {
            return Ok(false);
        }
        let Some(switched_on) = switched_on else {
            return Ok(false);
        };
        let shown = shown_by_preview(tenant, switched_on).await?;
        let removes = self.plan.rows.iter().filter(|row| row.verdict == Verdict::Remove);
        Ok(removes.into_iter().any(|row| !shown.contains(row.address)))
    }
}

/// The limit that the settings give.
fn limit(settings: &v1::Settings) -> RemovalLimit {
    let removal = settings.removal.unwrap_or_default();
    RemovalLimit {
        accounts: removal.limit_accounts.map(i32::unsigned_abs),
        percent: removal.limit_percent.map(i32::unsigned_abs),
    }
}

/// Accounts that lost something to syncs of the last 24 hours, without those syncs that were reverted.
async fn earlier(tenant: &mut TenantTx) -> Result<u64, ReconcileError> {
    let earlier = sqlx::query_file_scalar!("sql/run_outcome/reduced_lately.sql", tenant.tenant.as_str())
        .fetch_one(tenant.connection())
        .await
        .during("read what was removed lately")?;
    Ok(u64::try_from(earlier).unwrap_or_default())
}

/// The addresses that the newest preview since Remove Accounts was switched on would remove; `None` if there is no
/// such preview, or its rows are gone.
async fn shown_by_preview(
    tenant: &mut TenantTx,
    switched_on: i64,
) -> Result<HashSet<String>, ReconcileError> {
    let addresses = sqlx::query_file_scalar!(
        "sql/claim_history/removals_of_preview.sql",
        tenant.tenant.as_str(),
        switched_on
    )
    .fetch_all(tenant.connection())
    .await
    .during("read what a preview has shown")?;
    Ok(addresses.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_nothing_is_not_no_limit() {
        assert_eq!(limit(&v1::Settings::default()), RemovalLimit::default());
        let asks_always = v1::Settings {
            removal: Some(v1::Removal {
                limit_accounts: Some(0),
                ..v1::Removal::default()
            }),
            ..v1::Settings::default()
        };
        let expected = RemovalLimit {
            accounts: Some(0),
            percent: None,
        };
        assert_eq!(limit(&asks_always), expected);
    }
}

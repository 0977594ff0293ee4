//! The end of a decided run: applied, stored for a review, or HELD.

use rollcall_domain::guard::Hold;
use rollcall_proto::v1;
use rollcall_terms::names;

use super::{
    apply, before, content,
    decide::{Complete, Decided},
    held, history,
    hold::Case,
    load, server_id, since_preview,
};
use crate::{
    convert,
    error::ReconcileError,
    inputs, outbox,
    outcome::{Ending, Held},
    tenant::TenantTx,
};

/// The length of a digest. Another one says that the worker made none.
const DIGEST_BYTES: usize = 16;

impl Complete {
    /// Writes everything but the outcome.
    pub(super) async fn end(
        &self,
        tenant: &mut TenantTx,
        decided: &Decided<'_>,
    ) -> Result<Ending, ReconcileError> {
        if let Some(held) = self.compare_with_preview(tenant, decided).await? {
            return Ok(held);
        }
        let case = Case {
            standing: &self.standing,
            plan: decided.plan,
            objects: self.directory.objects(),
            live: decided.world.portal.live_accounts(),
            approved: decided.approved,
        };
        let hold = case.judge(tenant).await?;
        match (self.standing.request.kind(), hold) {
            (v1::RunKind::Preview, hold) => self.preview(tenant, decided, hold).await,
            (_, Some(hold)) => self.hold(tenant, decided, &hold).await,
            (_, None) => self.apply(tenant, decided).await,
        }
    }

    /// The parts that every end has in common.
    fn ending(&self, tenant: &TenantTx, decided: &Decided<'_>, state: v1::RunState) -> Ending {
        let kept = self.retention.rows_of(self.standing.request.kind());
        Ending {
            state,
            decided_by: self.standing.decided_by(&tenant.row),
            rows_expire: Some(tenant.now() + kept),
            read: self.summary.clone(),
            counts: convert::counts(&self.summary, &self.directory, decided.plan.counts),
            ..Ending::default()
        }
    }

    /// The end of a run that decides otherwise than the preview that was looked at.
    async fn compare_with_preview(
        &self,
        tenant: &mut TenantTx,
        decided: &Decided<'_>,
    ) -> Result<Option<Ending>, ReconcileError> {
        let Some(preview) = self.standing.request.expect_preview_run_id else {
            return Ok(None);
        };
        let rows = &decided.plan.rows;
        let differences = since_preview::find(tenant, &self.turns, preview, rows).await?;
        if differences.len() == 0 {
            return Ok(None);
        }
        since_preview::store(tenant, self.run, preview, rows, &differences).await?;
        let hold = Hold::ChangedSincePreview {
            differences: differences.len(),
        };
        Ok(Some(Ending {
            held: because(&hold),
            rows_written: differences.len(),
            ..self.ending(tenant, decided, v1::RunState::Held)
        }))
    }

    async fn preview(
        &self,
        tenant: &mut TenantTx,
        decided: &Decided<'_>,
        hold: Option<Hold>,
    ) -> Result<Ending, ReconcileError> {
        history::preview(tenant, self.run, decided.plan, &decided.difference).await?;
        Ok(Ending {
            held: hold.map_or_else(Held::default, |hold| Held {
                would_hold: true,
                message: hold.forecast(),
                ..because(&hold)
            }),
            history: Some(tenant.row.applied),
            rows_written: decided.difference.new.len() as u64,
            ..self.ending(tenant, decided, v1::RunState::Succeeded)
        })
    }

    /// Changes nothing, and shows what it would do.
    async fn hold(
        &self,
        tenant: &mut TenantTx,
        decided: &Decided<'_>,
        hold: &Hold,
    ) -> Result<Ending, ReconcileError> {
        let hash = || content::of_run(decided.plan.rows.iter());
        let content = self.turns.take(hash).await;
        let why = Held {
            content: Some(content),
            rows_of: held::shown_already(tenant, content).await?,
            ..because(hold)
        };
        let ending = self.ending(tenant, decided, v1::RunState::Held);
        if why.rows_of.is_some() {
            return Ok(Ending {
                held: why,
                rows_expire: None,
                ..ending
            });
        }
        history::preview(tenant, self.run, decided.plan, &decided.difference).await?;
        Ok(Ending {
            held: why,
            history: Some(tenant.row.applied),
            rows_written: decided.difference.new.len() as u64,
            ..ending
        })
    }

    async fn apply(&self, tenant: &mut TenantTx, decided: &Decided<'_>) -> Result<Ending, ReconcileError> {
        let Decided { plan, difference, .. } = decided;
        before::keep(tenant, self.run, &plan.changes).await?;
        let account_version = apply::changes(tenant, &plan.changes).await?;
        history::advance(tenant, plan, difference).await?;
        outbox::account_changes(tenant, Some(self.run), &plan.changes).await?;
        load::remember_foreign(tenant, decided.world).await?;
        self.remember(tenant, decided);
        Ok(Ending {
            history: Some(tenant.row.applied),
            applied: true,
            accounts_changed: plan.changes.len() as u64,
            account_version,
            rows_written: difference.new.len() as u64,
            ..self.ending(tenant, decided, v1::RunState::Succeeded)
        })
    }

    /// Stores the facts that the next run must know of this one.
    fn remember(&self, tenant: &mut TenantTx, decided: &Decided<'_>) {
        // The digest of a read that met an object twice says nothing: another one may count twice the next time. Nor
        // does that of a read to which missing objects were added. And a withheld removal must be decided again.
        let comparable = self.directory.duplicates() == 0
            && self.asked.found == 0
            && !decided.plan.withheld
            && self.summary.digest.len() == DIGEST_BYTES;
        let current = &self.standing.current;
        let foreign = decided.world.foreign_names.iter().map(String::as_str);
        let steady = decided.difference.steady;
        let row = &mut tenant.row;
        row.digest = comparable.then(|| self.summary.digest.clone());
        row.inputs = Some(inputs::hash(
            &current.settings,
            row.portal_generation,
            decided.removals_paused,
            foreign,
        ));
        row.server_id = server_id(&self.summary);
        if !decided.leaves_removals_unseen() {
            row.removal_generation = current.removal_generation;
        }
        row.steady_keep = steady.keep;
        row.steady_stale = steady.stale;
        row.steady_skip = steady.skip;
        row.accounts = convert::to_bigint(decided.plan.counts.accounts);
    }
}

/// The reason and the message of a hold.
fn because(hold: &Hold) -> Held {
    Held {
        reason: names::from_nullable(Some(hold.reason().as_str())),
        message: hold.message(),
        ..Held::default()
    }
}

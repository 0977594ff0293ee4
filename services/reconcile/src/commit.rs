//! From a complete read to its outcome: verdicts for the whole tenant, then everything that follows from them in one
//! transaction under the tenant's lock. A preview takes the same way and ends by storing its differences alone.

mod apply;
mod history;
mod load;

use rollcall_chassis::names;
use rollcall_domain::{
    AccountId, RunId,
    plan::{self, Directory, Plan},
};
use rollcall_proto::v1;
use tokio::task::block_in_place;
use uuid::{ContextV7, Uuid};

use crate::{
    convert,
    error::{During, ReconcileError},
    inputs, outbox,
    outcome::{self, Ending},
    reconciler::Reconciler,
    submit::CompleteRead,
    tenant::TenantTx,
};

/// What a plan takes in memory, against the bytes of the read on the wire.
const PLAN_FACTOR: usize = 4;
/// What an account of the portal takes in memory, with its addresses, history and changes.
const ACCOUNT_BYTES: usize = 1024;
/// The length of a digest. Another one says that the worker made none.
const DIGEST_BYTES: usize = 16;

/// How a run stands when it comes to its end.
pub(crate) enum Standing {
    /// Somebody cancelled it, or deleted the settings.
    Cancelled,
    /// It may be applied, under these settings.
    Current {
        kind: v1::RunKind,
        settings: Box<v1::Settings>,
    },
}

impl Standing {
    /// Looks under the lock, so that nothing changes until the end.
    pub(crate) async fn of(tenant: &mut TenantTx, run: RunId) -> Result<Self, ReconcileError> {
        let request = tenant
            .request(run)
            .await?
            .filter(|request| !request.cancel_requested);
        let (Some(request), Some(current)) = (request, tenant.settings().await?) else {
            return Ok(Self::Cancelled);
        };
        if tenant.row.settings_generation != Some(current.generation) {
            return Err(ReconcileError::SettingsChanged);
        }
        Ok(Self::Current {
            kind: names::from_nullable(Some(&request.kind)),
            settings: Box::new(current.settings),
        })
    }
}

impl Reconciler {
    /// Decides and applies a complete read.
    #[tracing::instrument(skip_all, fields(tenant.id = %read.key.tenant, run.id = %read.key.run), err)]
    pub(crate) async fn commit(&self, read: CompleteRead) -> Result<v1::RunEnded, ReconcileError> {
        let accounts = self.accounts_of(&read).await?;
        let _memory = self
            .budget
            .for_commit(read.bytes * PLAN_FACTOR + accounts * ACCOUNT_BYTES)
            .await;
        let CompleteRead {
            key,
            summary,
            directory: mut builder,
            stage,
            bytes: _,
            share: _share,
        } = read;
        if let Some(stage) = stage {
            stage.drain_into(&mut builder).await?;
        }
        let directory = block_in_place(|| builder.finish());
        let mut tenant = TenantTx::open_held(&self.pool, &key).await?;
        let ending = match Standing::of(&mut tenant, key.run).await? {
            Standing::Cancelled => Ending::cancelled(),
            Standing::Current { kind, settings } => {
                let complete = Complete {
                    run: key.run,
                    settings,
                    directory,
                    summary,
                };
                complete.decide(&mut tenant, kind).await?
            }
        };
        let rows = ending.rows_written;
        let ended = outcome::end(&mut tenant, key.run, ending).await?;
        tenant.commit().await?;
        self.metrics.ended(ended.state());
        self.metrics.rows_written(rows);
        self.ended(&key.tenant, key.run);
        Ok(ended)
    }

    /// About how many accounts will have to be loaded.
    async fn accounts_of(&self, read: &CompleteRead) -> Result<usize, ReconcileError> {
        let accounts: Option<i64> =
            sqlx::query_scalar("SELECT accounts FROM reconcile.tenant WHERE tenant_id = $1")
                .bind(read.key.tenant.as_str())
                .fetch_optional(&self.pool)
                .await
                .during("read how many accounts there are")?;
        Ok(usize::try_from(accounts.unwrap_or_default()).unwrap_or_default())
    }
}

/// Everything that a run brings to its decision.
struct Complete {
    run: RunId,
    settings: Box<v1::Settings>,
    directory: Directory,
    summary: v1::ReadSummary,
}

impl Complete {
    async fn decide(self, tenant: &mut TenantTx, kind: v1::RunKind) -> Result<Ending, ReconcileError> {
        settle_planner(tenant).await?;
        let rules = convert::rules(&self.settings)?;
        let world = load::world(tenant, &self.directory).await?;
        let mut ids = AccountIds::new(tenant.now());
        let now = tenant.now();
        let plan = block_in_place(|| {
            let mut next = || ids.next();
            plan::plan(
                &rules,
                &world.domains,
                &world.foreign,
                &self.directory,
                &world.portal,
                now,
                &mut next,
            )
        });
        let counts = convert::counts(&self.summary, &self.directory, plan.counts);
        let open = history::open_rows(tenant).await?;
        let difference = block_in_place(|| history::compare(open, plan.rows.iter()));
        tracing::info!(
            rows = plan.rows.len(),
            rows.new = difference.new.len(),
            rows.closed = difference.closed.len(),
            accounts.changed = plan.changes.len(),
            "planned"
        );
        if kind == v1::RunKind::Preview {
            history::preview(tenant, self.run, &plan, &difference).await?;
        } else {
            self.apply(tenant, &world, &plan, &difference).await?;
        }
        Ok(Ending {
            state: v1::RunState::Succeeded,
            history: Some(tenant.row.applied),
            applied: kind != v1::RunKind::Preview,
            read: self.summary,
            counts,
            rows_written: difference.new.len() as u64,
            ..Ending::default()
        })
    }

    async fn apply(
        &self,
        tenant: &mut TenantTx,
        world: &load::World,
        plan: &Plan<'_>,
        difference: &history::Difference,
    ) -> Result<(), ReconcileError> {
        apply::changes(tenant, &plan.changes).await?;
        history::advance(tenant, plan, difference).await?;
        outbox::account_changes(tenant, self.run, &plan.changes).await?;
        load::remember_foreign(tenant, &world.unregistered).await?;
        let row = &mut tenant.row;
        // Of a read that met an object twice the digest tells nothing: another one may count twice the next time.
        let comparable = self.directory.duplicates() == 0 && self.summary.digest.len() == DIGEST_BYTES;
        row.digest = comparable.then(|| self.summary.digest.clone());
        let foreign = world.foreign_names.iter().map(String::as_str);
        row.inputs = Some(inputs::hash(&self.settings, row.portal_generation, foreign));
        row.steady_keep = difference.steady.keep;
        row.steady_stale = difference.steady.stale;
        row.steady_skip = difference.steady.skip;
        row.accounts = convert::to_bigint(plan.counts.accounts);
        Ok(())
    }
}

/// What is written here is written in sets, and planned for the sets that are given: a tenant that was just imported has no
/// statistics yet, and a plan made for a handful of rows takes minutes with ten thousand. Every join is as good by hash.
async fn settle_planner(tenant: &mut TenantTx) -> Result<(), ReconcileError> {
    sqlx::query(include_str!("commit/settle_planner.sql"))
        .execute(tenant.connection())
        .await
        .during("settle how statements are planned")?;
    Ok(())
}

/// Ids of new accounts: version 7 of the run's time, so that those of one run follow each other in the index.
struct AccountIds {
    context: ContextV7,
    time: jiff::Timestamp,
}

impl AccountIds {
    fn new(time: jiff::Timestamp) -> Self {
        Self {
            context: ContextV7::new(),
            time,
        }
    }

    fn next(&mut self) -> AccountId {
        let seconds = self.time.as_second().unsigned_abs();
        let nanoseconds = self.time.subsec_nanosecond().unsigned_abs();
        AccountId::from_uuid(Uuid::new_v7(uuid::Timestamp::from_unix(
            &self.context,
            seconds,
            nanoseconds,
        )))
    }
}
